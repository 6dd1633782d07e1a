// The Go templates of External Secrets, as far as they can be read without the values: `{{ .url }}/apps/data`.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lint/model/partial_text.h"

namespace vlint::model {

// What a template may name.
struct TemplateValues {
  struct Value {
    std::string identity;     // empty: nothing is known of it
    bool is_made_up = false;  // by a generator, anew at each refresh
  };
  std::map<std::string, Value, std::less<>> named;
  // What stands for names that are not listed; nothing with that name exists where it is false.
  bool has_others = false;
  std::string others_identity;  // of the whole that they come from
};

struct TemplateText {
  PartialText text;
  bool is_made_up = false;
};

// external-secrets pkg/template/v2: the text of one key. `{{ .name }}` and `{{ index . "name" }}` are values, other
// expressions are unknown texts that are the same wherever expression and values are the same, unless they make
// something up (rand..., now, uuidv4). With control structures and trimmed blanks the whole template is one unknown.
TemplateText read_template(std::string_view text, const TemplateValues& values);

}  // namespace vlint::model
