// How credentials look in text: which key names announce one, and which words give one away.
//
// Knows words only; redaction.h knows documents. Where in doubt the answer is yes: a hidden line costs a glance at the
// file, a shown one a password.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace vlint {

// The value of a key of this name is a credential: `password`, `DB_PASSWORD`, `accessKey`, `--token`, `key`. Names of
// things around a credential are none: `secretName`, `tokenPath`, `topologyKey`, `existingSecret`.
bool names_credential(std::string_view key);

// A key that tells something about a credential without holding one, also inside of a mapping that does: `secretName`,
// `namespace`, `type`.
bool names_reference(std::string_view key);

// `data/password` and `stringData`: a path of a JSON patch that leads into a Secret's or ConfigMap's data.
bool leads_to_data(std::string_view path);

// The word that gives a credential away in one line of text that is no YAML of its own (scripts, arguments, comments,
// configuration files): the `password` of `password: x`, `password=x` or `--password x`, the part before the host in
// a URL with user info, the head of a PEM block or of a value encrypted by SOPS.
std::optional<std::string_view> find_credential(std::string_view line);

// Whether a text has a line that says it is a Secret: `kind: Secret`, `"kind":"Secret"`.
bool mentions_secret_kind(std::string_view text);

// Reads text line by line and remembers what the next lines belong to: a block below `password: |`, a PEM body, the
// argument after `--password`. In text it cannot be told what a `value` is the value of, so each is hidden.
class CredentialScanner {
 public:
  // True when the line, which must follow the one before, is to be hidden.
  bool hides(std::string_view line);

 private:
  // Lines that are indented more belong to a credential, and so do list items that are not.
  struct Block {
    std::size_t indent;
    bool has_items;
  };

  bool in_pem_ = false;
  bool expects_argument_ = false;
  std::optional<Block> block_;
};

}  // namespace vlint
