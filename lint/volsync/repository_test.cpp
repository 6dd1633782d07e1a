#include "lint/volsync/repository.h"

#include <doctest/doctest.h>

namespace vlint::volsync {
namespace {

TEST_CASE("a location is read as restic reads it") {
  struct Row {
    const char* text;
    Backend backend;
    LocationFault fault = LocationFault::none;
    Known blanks = Known::no;
  };
  for (const Row& row : {
           Row{"s3:https://host/bucket/apps", Backend::s3},
           Row{"s3:s3.amazonaws.com/bucket", Backend::s3},
           Row{"s3://host/bucket", Backend::s3},
           Row{"s3://https://host/bucket", Backend::s3, LocationFault::double_scheme},
           Row{"s3:https://host", Backend::s3, LocationFault::no_bucket},
           Row{"s3:https://host/", Backend::s3, LocationFault::no_bucket},
           Row{"s3:bucket", Backend::s3, LocationFault::no_bucket},
           Row{"b2:bucket:path", Backend::b2},
           Row{"rest:http://host:8000/", Backend::rest},
           Row{"/mnt/backup", Backend::local},
           Row{"local:x", Backend::local},
           Row{"https://host/bucket", Backend::unknown, LocationFault::no_scheme},
           Row{"S3:host/bucket", Backend::unknown, LocationFault::no_scheme},
           Row{"bucket/path", Backend::unknown, LocationFault::relative_path},
           Row{"s3:host/bucket\n", Backend::s3, LocationFault::none, Known::yes},
           Row{" s3:host/bucket", Backend::unknown, LocationFault::no_scheme, Known::yes},
           Row{"", Backend::unknown},
       }) {
    CAPTURE(row.text);
    const Repository read = read_repository(model::PartialText::known(row.text), {});
    CHECK(read.backend == row.backend);
    CHECK(read.fault == row.fault);
    CHECK(read.has_blanks == row.blanks);
  }
}

model::PartialText joined(std::initializer_list<model::PartialText> parts) {
  model::PartialText text;
  for (const model::PartialText& part : parts) text.add(part);
  return text;
}

TEST_CASE("of a location that is known in part the known part is judged") {
  const Repository s3 = read_repository(joined({model::PartialText::known("s3:https://"), model::PartialText::unknown(),
                                                model::PartialText::known("/x")}),
                                        {});
  CHECK(s3.backend == Backend::s3);
  CHECK(s3.fault == LocationFault::none);
  CHECK(s3.has_blanks == Known::no);
  const Repository url =
      read_repository(joined({model::PartialText::known("https://"), model::PartialText::unknown()}), {});
  CHECK(url.fault == LocationFault::no_scheme);
  CHECK(url.has_blanks == Known::unknown);
  CHECK(read_repository(joined({model::PartialText::unknown("a"), model::PartialText::known(" ")}), {}).has_blanks ==
        Known::yes);
}

TEST_CASE("two locations are the same where that can be proven") {
  const auto at = [](model::PartialText text) { return read_repository(std::move(text), {}); };
  const model::PartialText base = model::PartialText::unknown("store#base");
  struct Row {
    const char* what;
    model::PartialText a;
    model::PartialText b;
    Known same;
  };
  for (const Row& row : {
           Row{"slash", model::PartialText::known("s3:h/b/"), model::PartialText::known("s3:h/b"), Known::yes},
           Row{"path", model::PartialText::known("s3:h/b"), model::PartialText::known("s3:h/c"), Known::no},
           Row{"base", joined({base, model::PartialText::known("/a")}), joined({base, model::PartialText::known("/a")}),
               Known::yes},
           Row{"base and path", joined({base, model::PartialText::known("/a")}),
               joined({base, model::PartialText::known("/b")}), Known::no},
           Row{"unknown", model::PartialText::unknown(), model::PartialText::unknown(), Known::unknown},
           Row{"head", joined({model::PartialText::known("s3:"), base}), model::PartialText::known("b2:x"), Known::no},
           Row{"may be", joined({model::PartialText::known("s3:"), base}), model::PartialText::known("s3:x"),
               Known::unknown},
       }) {
    CAPTURE(row.what);
    CHECK(is_same(at(row.a), at(row.b)) == row.same);
    const bool proven = identity_of(at(row.a)) && identity_of(at(row.a)) == identity_of(at(row.b));
    CHECK(proven == (row.same == Known::yes));
  }
}

}  // namespace
}  // namespace vlint::volsync
