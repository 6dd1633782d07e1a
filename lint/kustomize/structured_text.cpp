#include "lint/kustomize/structured_text.h"

#include "lint/base/text.h"
#include "lint/kustomize/fault.h"
#include "lint/kustomize/writer.h"
#include "lint/yaml/scalar.h"

namespace vlint::kustomize {
namespace {

// go-yaml v3 with an indentation of 2 and lists at the column of their key.
class StyledWriter {
 public:
  std::string output;

  void node(const Node* current, int indent, bool after_key, bool after_dash) {
    const bool flow = current->style == yaml::Style::flow || (!current->is_scalar() && current->count == 0);
    if (current->is_scalar()) {
      if (after_key || after_dash) output += ' ';
      return scalar(current, indent);
    }
    if (flow) {
      if (after_key || after_dash) output += ' ';
      return flow_node(current);
    }
    if (current->is_mapping()) return mapping(current, indent, after_dash);
    sequence(current, indent, after_key, after_dash);
  }

 private:
  void line(int indent) {
    if (!output.empty() && output.back() != '\n') output += '\n';
    output.append(static_cast<std::size_t>(indent), ' ');
  }

  void mapping(const Node* current, int indent, bool after_dash) {
    for (std::size_t i = 0; i < current->size(); ++i) {
      if (i == 0 && after_dash) {
        output += ' ';
      } else {
        line(indent);
      }
      scalar(current->key(i), indent);
      output += ':';
      const Node* value = current->value(i);
      node(value, value->is_sequence() ? indent : indent + 2, true, false);
    }
  }

  void sequence(const Node* current, int indent, bool after_key, bool after_dash) {
    static_cast<void>(after_key);
    for (std::size_t i = 0; i < current->size(); ++i) {
      if (i == 0 && after_dash) {
        output += ' ';
      } else {
        line(indent);
      }
      output += '-';
      node(current->item(i), indent + 2, false, true);
    }
  }

  void flow_node(const Node* current) {
    if (current->is_scalar()) return scalar(current, 0, true);
    output += current->is_mapping() ? '{' : '[';
    for (std::size_t i = 0; i < current->size(); ++i) {
      if (i > 0) output += ", ";
      if (current->is_mapping()) {
        scalar(current->key(i), 0, true);
        output += ": ";
        flow_node(current->value(i));
      } else {
        flow_node(current->item(i));
      }
    }
    output += current->is_mapping() ? '}' : ']';
  }

  void scalar(const Node* current, int indent, bool in_flow = false) {
    const std::string_view text = current->text();
    const bool lines = text.find('\n') != std::string_view::npos;
    switch (current->style) {
      case yaml::Style::double_quoted:
        output += yaml::double_quoted(text);
        return;
      case yaml::Style::single_quoted:
        output += yaml::single_quoted(text);
        return;
      case yaml::Style::literal:
      case yaml::Style::folded:
        if (lines && !in_flow) return literal(text, indent);
        break;
      default:
        if (lines && !in_flow) return literal(text, indent);
    }
    const bool is_typed = current->tag != Tag::string && current->tag != Tag::none;
    if (is_typed || (resolve_v3(text) == Tag::string && yaml::is_safe_plain(text, in_flow)) ||
        (current->tag == Tag::none && resolve_v3(text) != Tag::string)) {
      output += text;
    } else if (resolve_v3(text) != Tag::string) {
      output += yaml::double_quoted(text);
    } else if (needs_quotes_v2(text)) {
      output += current->tag == Tag::string ? std::string(text) : yaml::double_quoted(text);
    } else {
      output += yaml::single_quoted(text);
    }
  }

  void literal(std::string_view text, int indent) {
    output += '|';
    if (text.front() == ' ' || text.front() == '\n') output += '2';
    if (text.back() != '\n') {
      output += '-';
    } else if (text.size() == 1 || text[text.size() - 2] == '\n') {
      output += '+';
    }
    output += '\n';
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    for (const std::string_view part : split(text, '\n')) {
      if (!part.empty()) output.append(static_cast<std::size_t>(indent), ' ');
      output += part;
      output += '\n';
    }
  }
};

}  // namespace

std::string write_structured(const Node* root, std::string_view original) {
  const std::string_view trimmed = trim(original);
  if (!trimmed.empty() && (trimmed.front() == '{' || trimmed.front() == '[')) {
    const bool lines = original.find('\n') != std::string_view::npos && original.find("  ") != std::string_view::npos;
    return write_json(root, lines);
  }
  StyledWriter writer;
  writer.node(root, 0, false, false);
  return std::string(trim(writer.output));
}

}  // namespace vlint::kustomize
