#include "rules/common/mentions.h"

namespace vlint::rules {

bool is_mentioned(const Model& model, std::string_view text) {
  const FileSet& files = model.sources.files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[files.id_at(i)].text.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace vlint::rules
