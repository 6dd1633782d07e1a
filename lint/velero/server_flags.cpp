#include "lint/velero/server_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "lint/base/text.h"
#include "lint/kube/go_duration.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kFsBackupFlag = "default-volumes-to-fs-backup";
constexpr std::string_view kResticFlag = "default-volumes-to-restic";  // its name up to Velero 1.9

// Flags that take no following argument as their value (pflag NoOptDefVal): `--restore-only false` sets it to true.
constexpr auto kBoolFlags = std::to_array<std::string_view>({
    kFsBackupFlag,
    kResticFlag,
    "default-snapshot-move-data",
    "restore-only",
    "schedule-skip-immediately",
    "disable-informer-cache",
    "logtostderr",
    "alsologtostderr",
    "skip_headers",
    "skip_log_headers",
    "add_dir_header",
    "one_output",
    "help",
});

bool is_bool_flag(std::string_view name) {
  return std::find(kBoolFlags.begin(), kBoolFlags.end(), name) != kBoolFlags.end();
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// "registry:5000/velero/velero:v1.18.1@sha256:..." -> "velero".
std::string_view image_name(std::string_view image) {
  std::string_view name = base_name(image.substr(0, image.find('@')));
  return name.substr(0, name.find(':'));
}

bool is_shell(std::string_view program) {
  const std::string_view name = base_name(program);
  return name == "sh" || name == "bash" || name == "ash" || name == "dash";
}

Program program_of(const std::vector<std::string_view>& words) {
  // What follows a flag that takes a value is that value (cobra: stripFlags).
  std::vector<std::string_view> positional;
  bool is_value = false;
  for (const std::string_view word : words) {
    const bool is_flag = word.size() > 1 && word.front() == '-';
    if (!is_flag && !is_value && !word.empty()) positional.push_back(word);
    is_value = is_flag && word.find('=') == std::string_view::npos && word.substr(0, 2) == "--" &&
               !is_bool_flag(word.substr(2));
  }
  if (positional.empty()) return Program::other;
  if (positional[0] == "server") return Program::server;
  const bool agent = positional[0] == "node-agent" || positional[0] == "restic";
  return agent && positional.size() > 1 && positional[1] == "server" ? Program::node_agent : Program::other;
}

// The words after the first one whose file name is `velero`; nothing when there is none.
std::vector<std::string_view> words_after_velero(std::string_view script) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < script.size()) {
    const std::size_t begin = script.find_first_not_of(" \t\r\n;&|\"'", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(script.find_first_of(" \t\r\n;&|\"'", begin), script.size());
    words.push_back(script.substr(begin, end - begin));
    at = end;
  }
  const auto velero =
      std::find_if(words.begin(), words.end(), [](std::string_view word) { return base_name(word) == "velero"; });
  return velero == words.end() ? std::vector<std::string_view>{} : std::vector(velero + 1, words.end());
}

bool is_known_text(std::string_view text) { return text.find("$(") == std::string_view::npos; }

// pflag's parser over the arguments. `all_known` turns false when an argument could be any flag.
struct Parsed {
  std::vector<WrittenFlag> written;
  std::vector<bool> known;  // of the flag with the same index: its value is no template
  bool all_known = true;
};

class FlagParser {
 public:
  explicit FlagParser(const std::vector<Value>& arguments) : arguments_(arguments) {}

  Parsed parse() {
    for (; at_ < arguments_.size(); ++at_) {
      const std::string_view text = arguments_[at_].text();
      if (text == "--") break;
      if (text.size() > 2 && text.substr(0, 2) == "--") {
        read_flag(text.substr(2));
      } else if (text.size() > 1 && text.front() == '-') {
        read_shorthand(text.substr(1));
      } else if (arguments_[at_].is_templated() || !is_known_text(text)) {
        parsed_.all_known = false;
      }
    }
    return std::move(parsed_);
  }

 private:
  void add(std::string_view name, std::string_view value, Span where, bool known) {
    parsed_.written.push_back({name, value, where});
    parsed_.known.push_back(known);
  }

  void read_flag(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const Span where = arguments_[at_].span();
    const bool templated = arguments_[at_].is_templated() || !is_known_text(text);
    if (equals != std::string_view::npos) {
      if (name.find("${") != std::string_view::npos || name.find("{{") != std::string_view::npos) {
        parsed_.all_known = false;
      }
      return add(name, text.substr(equals + 1), where, !templated);
    }
    if (templated) parsed_.all_known = false;
    if (is_bool_flag(name)) return add(name, "true", where, true);
    if (at_ + 1 >= arguments_.size()) return add(name, {}, where, true);
    const Value next = arguments_[++at_];
    add(name, next.text(), where, !next.is_templated() && is_known_text(next.text()));
  }

  // Of Velero's shorthands only -n (--namespace) matters here: "-n ns", "-nns", "-n=ns".
  void read_shorthand(std::string_view text) {
    if (text.front() != 'n') return;
    const Span where = arguments_[at_].span();
    std::string_view value = text.substr(1);
    Value from = arguments_[at_];
    if (!value.empty() && value.front() == '=') value.remove_prefix(1);
    if (text.size() == 1 && at_ + 1 < arguments_.size()) {
      from = arguments_[++at_];
      value = from.text();
    }
    add("namespace", value, where, !from.is_templated() && is_known_text(value));
  }

  const std::vector<Value>& arguments_;
  std::size_t at_ = 0;
  Parsed parsed_;
};

// Go strconv.ParseBool.
std::optional<bool> parse_go_bool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

class FlagReader {
 public:
  explicit FlagReader(Parsed parsed) : parsed_(std::move(parsed)) {}

  BoolFlag boolean(std::string_view name, std::string_view old_name = {}) {
    const std::optional<std::size_t> index = last(name, old_name);
    if (!index) return {parsed_.all_known ? Known::no : Known::unknown, {}};
    const WrittenFlag& flag = parsed_.written[*index];
    if (!parsed_.known[*index] || !parsed_.all_known) return {Known::unknown, flag.where};
    const std::optional<bool> value = parse_go_bool(flag.value);
    if (!value) reject(flag, "true or false");
    return {value ? known(*value) : Known::unknown, flag.where};
  }

  // `default_value` none: the flag has no default that means anything.
  TextFlag text(std::string_view name, std::optional<std::string> default_value) {
    const std::optional<std::size_t> index = last(name, {});
    if (!parsed_.all_known) return {std::nullopt, index ? parsed_.written[*index].where : Span{}};
    if (!index) return {std::move(default_value), {}};
    const WrittenFlag& flag = parsed_.written[*index];
    if (!parsed_.known[*index]) return {std::nullopt, flag.where};
    return {std::string(flag.value), flag.where};
  }

  // pflag StringSlice and Velero's StringArray: parts between commas.
  ListFlag list(std::string_view name) {
    const TextFlag whole = text(name, "");
    ListFlag flag{std::nullopt, whole.where};
    if (!whole.value) return flag;
    flag.value.emplace();
    if (whole.value->empty()) return flag;
    for (const std::string_view part : split(*whole.value, ',')) flag.value->emplace_back(part);
    return flag;
  }

  void check_duration(std::string_view name) {
    const std::optional<std::size_t> index = last(name, {});
    if (!index || !parsed_.known[*index]) return;
    const WrittenFlag& flag = parsed_.written[*index];
    if (!kube::parse_go_duration(flag.value)) reject(flag, "a Go duration such as 4h");
  }

  void reject(const WrittenFlag& flag, std::string_view wanted) {
    invalid_.push_back(
        {fmt::format("the server exits at its start: --{} is {}, not {}", flag.name, quoted(flag.value), wanted),
         flag.where});
  }

  const WrittenFlag* find(std::string_view name) const {
    const std::optional<std::size_t> index = last(name, {});
    return index ? &parsed_.written[*index] : nullptr;
  }
  std::vector<WrittenFlag> take_written() { return std::move(parsed_.written); }
  std::vector<Evidence> take_invalid() { return std::move(invalid_); }

 private:
  // The last one given wins.
  std::optional<std::size_t> last(std::string_view name, std::string_view old_name) const {
    for (std::size_t i = parsed_.written.size(); i-- > 0;) {
      const std::string_view written = parsed_.written[i].name;
      if (written == name || (!old_name.empty() && written == old_name)) return i;
    }
    return std::nullopt;
  }

  Parsed parsed_;
  std::vector<Evidence> invalid_;
};

// Velero pkg/uploader/types.go: ValidateUploaderType trims blanks; from 1.17 only kopia is left.
// pkg/cmd/server/server.go exits on another one.
void read_uploader_type(FlagReader& reader, const Version& version, ServerFlags& flags) {
  const bool only_kopia = at_least(version, 1, 17);
  flags.uploader_type = reader.text("uploader-type", only_kopia ? "kopia" : "restic");
  if (!flags.uploader_type.value) return;
  *flags.uploader_type.value = std::string(trim(*flags.uploader_type.value));
  const std::string& type = *flags.uploader_type.value;
  const WrittenFlag* written = reader.find("uploader-type");
  if (written == nullptr || type == "kopia" || (type == "restic" && !only_kopia)) return;
  reader.reject(*written, only_kopia ? "kopia" : "kopia or restic");
}

}  // namespace

CommandLine read_command_line(Value container) {
  CommandLine line;
  std::vector<Value> words = container["command"].items();
  const bool has_command = !words.empty();
  const std::vector<Value> args = container["args"].items();
  words.insert(words.end(), args.begin(), args.end());

  if (has_command && is_shell(words.front().text())) {
    line.by_shell = true;
    for (const Value word : words) {
      const Program found = program_of(words_after_velero(word.text()));
      if (found != Program::other) line.program = found;
    }
    return line;
  }
  auto begin = words.begin();
  if (has_command) {
    if (base_name(begin->text()) != "velero") return line;
    ++begin;
  } else if (image_name(container["image"].text()) != "velero") {
    return line;  // the entry point of Velero's image is Velero
  }
  line.arguments.assign(begin, words.end());
  std::vector<std::string_view> texts;
  for (const Value word : line.arguments) texts.push_back(word.text());
  line.program = program_of(texts);
  return line;
}

ServerFlags read_server_flags(const CommandLine& command, const Version& version) {
  Parsed parsed = FlagParser(command.arguments).parse();
  if (command.by_shell) parsed.all_known = false;
  FlagReader reader(std::move(parsed));
  ServerFlags flags;
  flags.default_volumes_to_fs_backup = reader.boolean(kFsBackupFlag, kResticFlag);
  flags.default_snapshot_move_data = reader.boolean("default-snapshot-move-data");
  flags.restore_only = reader.boolean("restore-only");
  flags.schedule_skip_immediately = reader.boolean("schedule-skip-immediately");
  flags.features = reader.list("features");
  flags.disable_controllers = reader.list("disable-controllers");
  flags.default_backup_storage_location = reader.text("default-backup-storage-location", "default");
  flags.default_volume_snapshot_locations = reader.text("default-volume-snapshot-locations", "");
  flags.default_backup_ttl = reader.text("default-backup-ttl", "720h0m0s");
  flags.fs_backup_timeout = reader.text("fs-backup-timeout", "4h0m0s");
  flags.volume_group_snapshot_label_key = reader.text("volume-group-snapshot-label-key", "velero.io/volume-group");
  flags.default_item_operation_timeout =
      reader.text("default-item-operation-timeout", at_least(version, 1, 14) ? "4h0m0s" : "1h0m0s");
  flags.name_space = reader.text("namespace", std::nullopt);
  read_uploader_type(reader, version, flags);
  reader.check_duration("default-backup-ttl");
  reader.check_duration("fs-backup-timeout");
  flags.invalid = reader.take_invalid();
  flags.written = reader.take_written();
  return flags;
}

}  // namespace vlint::velero
