// Any bytes as a kustomization, a manifest and a patch: every build ends, in bounded memory, strict and tolerant agree
// on whether there is a fault, and every place lies inside its file. The format of the input is that of files_of().
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lint/kustomize/build.h"
#include "lint/kustomize/test_world.h"

namespace {

using namespace vlint;

void abort_unless(bool good, const std::string& sentence) {
  if (good) return;
  std::fprintf(stderr, "%s\n", sentence.c_str());
  std::abort();
}

void check_place(const kustomize::Sources& sources, const Span& span) {
  if (!span.valid()) return;
  abort_unless(span.begin <= span.end, "a place ends before it begins");
  abort_unless(span.end <= sources.text(span.file).size(), "a place lies outside of its file");
}

void check_faults(const kustomize::Sources& sources, const std::vector<kustomize::Fault>& faults) {
  for (const kustomize::Fault& fault : faults) {
    abort_unless(!fault.message.empty(), "a fault says nothing");
    abort_unless(fault.repair == kustomize::Repair::none || !fault.suggestion.empty(), "a repair without a suggestion");
    check_place(sources, fault.where);
    check_place(sources, fault.related);
  }
}

void read(const kustomize::Sources& sources, const kustomize::Build& build, const yaml::Value& value,
          std::size_t& steps) {
  if (++steps > 100'000) return;
  check_place(sources, value.span());
  for (const kustomize::ChainStep& step : kustomize::chain_of(build, value)) check_place(sources, step.where);
  for (const kustomize::RemovedField& field : kustomize::removed_from(build, value)) check_place(sources, field.by);
  for (const yaml::Value& item : value.items()) read(sources, build, item, steps);
  for (const yaml::Entry& entry : value.entries()) read(sources, build, entry.value, steps);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FileSet files(kustomize::files_of(std::string_view(reinterpret_cast<const char*>(data), size)));
  bool failed[2] = {};
  for (const kustomize::Mode mode : {kustomize::Mode::strict, kustomize::Mode::tolerant}) {
    kustomize::Options options;
    options.mode = mode;
    options.max_objects = 500;
    kustomize::Sources sources(kustomize::FileAccess::in_memory(files));
    const kustomize::Builder builder(sources, options);
    const kustomize::Build build = builder.build("a");
    check_faults(sources, build.faults);
    check_faults(sources, build.notes);
    std::size_t steps = 0;
    for (const kustomize::BuiltResource& resource : build.resources) read(sources, build, resource.root, steps);
    const kustomize::Rendered rendered = builder.render("a", true);
    check_faults(sources, rendered.faults);
    failed[mode == kustomize::Mode::tolerant ? 1 : 0] = !build.faults.empty();
  }
  abort_unless(failed[0] == failed[1], "strict and tolerant builds differ in whether there is a fault");
  return 0;
}
