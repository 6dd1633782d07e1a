// Kyverno's functions on codes, formats, images and addresses.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "lint/base/sha256.h"
#include "lint/base/source_file.h"
#include "lint/base/text.h"
#include "lint/jmespath/encoding.h"
#include "lint/jmespath/image_reference.h"
#include "lint/jmespath/kyverno_functions.h"
#include "lint/yaml/parse.h"

namespace vlint::jmespath::functions {
namespace {

// The value without its places: they belong to a text that doesn't outlive the call.
Json without_places(const Json& value) {
  if (value.is_array()) {
    Json::Array items;
    for (const Json& item : value.items()) items.push_back(without_places(item));
    return Json::array(std::move(items));
  }
  if (value.is_object()) {
    Json::Object members;
    for (const auto& [key, member] : value.members()) members.emplace_back(key, without_places(member));
    return Json::object(std::move(members));
  }
  return value.with_origin({});
}

// Whether a number is `.inf` or `.nan`, which JSON has not.
bool has_infinite_number(yaml::Value value) {
  if (value.is_scalar()) {
    const auto number = value.type() == yaml::ScalarType::floating ? yaml::plain_float(value.text()) : std::nullopt;
    return number && !std::isfinite(*number);
  }
  if (value.is_mapping()) {
    const auto entries = value.entries();
    return std::any_of(entries.begin(), entries.end(),
                       [](const yaml::Entry& entry) { return has_infinite_number(entry.value); });
  }
  const auto items = value.items();
  return std::any_of(items.begin(), items.end(), has_infinite_number);
}

// The host of a URL whose shape leaves no doubt (url.Parse, URL.Hostname); nothing for other texts.
std::optional<std::string_view> plain_host(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return std::nullopt;
  const auto is_scheme_letter = [](char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); };
  if (!std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(scheme_end), is_scheme_letter)) {
    return std::nullopt;
  }
  std::string_view authority = url.substr(scheme_end + 3);
  const std::string_view tail = authority.substr(std::min(authority.find_first_of("/?#"), authority.size()));
  authority.remove_suffix(tail.size());
  const auto is_plain = [](char byte) { return byte > ' ' && byte < '\x7f' && byte != '%'; };
  if (!std::all_of(url.begin(), url.end(), is_plain)) return std::nullopt;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  std::string_view host = authority;
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, bracket - 1);
    port = authority.substr(bracket + 1);
  } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (!port.empty() && (port[0] != ':' || port.find_first_not_of("0123456789", 1) != std::string_view::npos)) {
    return std::nullopt;
  }
  return host;
}

// net.IP.IsLoopback or IsPrivate; nothing when the text is no address.
std::optional<bool> is_inner_address(const std::string& host) {
  std::array<std::uint8_t, 4> v4{};
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, host.c_str(), v6.data()) == 1) {
    const std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (!std::equal(mapped.begin(), mapped.end(), v6.begin())) {
      const bool is_loopback = v6[15] == 1 && std::all_of(v6.begin(), v6.end() - 1, [](auto b) { return b == 0; });
      return is_loopback || (v6[0] & 0xfeU) == 0xfcU;
    }
    std::copy(v6.end() - 4, v6.end(), v4.begin());
  } else if (inet_pton(AF_INET, host.c_str(), v4.data()) != 1) {
    return std::nullopt;
  }
  return v4[0] == 127 || v4[0] == 10 || (v4[0] == 172 && (v4[1] & 0xf0U) == 16) || (v4[0] == 192 && v4[1] == 168);
}

}  // namespace

Outcome base64_decode(Arguments arguments) {
  auto bytes = jmespath::base64_decode(text(arguments, 0));
  if (!bytes) return value_failure(bytes.error());
  return Json::string(std::move(bytes).value());
}

Outcome base64_encode(Arguments arguments) {
  return text_result("base64_encode", jmespath::base64_encode(text(arguments, 0)));
}

Outcome md5(Arguments arguments) { return Json::string(md5_hex(text(arguments, 0))); }
Outcome sha1(Arguments arguments) { return Json::string(sha1_hex(text(arguments, 0))); }
Outcome sha256(Arguments arguments) { return Json::string(sha256_hex(text(arguments, 0))); }

Outcome parse_json(Arguments arguments) {
  auto value = jmespath::parse_json(text(arguments, 0));
  if (!value) return value_failure(value.error());
  return std::move(value).value();
}

// sigs.k8s.io/yaml: YAMLToJSON reads the first document.
Outcome parse_yaml(Arguments arguments) {
  std::vector<SourceFile> sources;
  sources.push_back({"argument.yaml", text(arguments, 0)});
  const FileSet files(std::move(sources));
  const yaml::Tree tree = yaml::parse(files, files.id_at(0));
  for (const yaml::Document& document : tree.documents) {
    if (document.broken) {
      const auto is_reason = [](const yaml::Problem& problem) {
        return problem.kind != yaml::ProblemKind::repeated_key;
      };
      const auto reason = std::find_if(tree.problems.begin(), tree.problems.end(), is_reason);
      return value_failure("yaml: " + (reason != tree.problems.end() ? reason->message : "this is no YAML"));
    }
    if (document.root == yaml::kNoNode) continue;
    const yaml::Value root(tree, document.root);
    if (has_infinite_number(root)) return value_failure("json: unsupported value: a number that is not finite");
    return without_places(from_yaml(root));
  }
  if (!tree.problems.empty()) return value_failure("yaml: " + tree.problems.front().message);
  return Json();
}

Outcome image_normalize(Arguments arguments) {
  const auto image = parse_image(text(arguments, 0));
  if (!image) return function_failure(FailureKind::value, "image_normalize", image.error());
  return Json::string(image->to_string());
}

Outcome is_external_url(Arguments arguments) {
  const auto host = plain_host(text(arguments, 0));
  if (!host) return Json::unknown();
  if (host->empty()) return value_failure("lookup : no such host");
  const std::string name(*host);
  if (const auto inner = is_inner_address(name)) return Json::boolean(!*inner);
  if (name == "localhost") return Json::boolean(false);  // every container's hosts file says so
  return Json::unknown();
}

Outcome x509_decode(Arguments /*arguments*/) { return Json::unknown(); }

}  // namespace vlint::jmespath::functions
