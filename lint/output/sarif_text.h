// Texts as SARIF's readers expect them: titles, full sentences, plain text and names made of rules and findings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vlint {

// "the claim is in no backup" -> "The claim is in no backup." A first word that is a name (emptyDir, velero/daily)
// keeps its letters. Text that would be read as a link of SARIF's message syntax no longer is one.
std::string sentence(std::string_view text);

// The same without the full stop.
std::string title(std::string_view text);

// "velero/emptydir-in-fs-backup" -> "VeleroEmptydirInFsBackup".
std::string pascal_name(std::string_view id);

// The first paragraph below a heading of a Markdown text, as plain text on one line; empty if there is none.
std::string first_paragraph(std::string_view markdown, std::string_view heading);

// Markdown without its marks: headings, emphasis, code marks and link targets. Code keeps its lines.
std::string plain_text(std::string_view markdown);

// At most `max` characters, the last three "..." when it was cut.
std::string shortened(std::string text, std::size_t max);

}  // namespace vlint
