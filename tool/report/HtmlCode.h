//===- HtmlCode.h - Source lines and pages of checks as HTML ----*- C++ -*-===//

#ifndef RUNNEL_TOOL_REPORT_HTMLCODE_H
#define RUNNEL_TOOL_REPORT_HTMLCODE_H

#include "tool/report/Report.h"

#include <map>

namespace runnel::tool {

/// For text and for attributes in double quotes; bytes that are no UTF-8 become
/// replacement characters.
std::string escapeHtml(llvm::StringRef Text);

/// What colours a piece of C++ gets.
enum class Ink : uint8_t { Plain, Comment, String, Number, Keyword, Directive };
struct InkSpan {
  uint32_t Begin = 0, End = 0; ///< bytes of the file
  Ink How = Ink::Plain;
};
/// Spans of everything that is not plain, in order. A lexer for readers: it is
/// right about where comments and strings end, and does not preprocess.
std::vector<InkSpan> inkOf(llvm::StringRef Text);

/// Excerpts of source files, each file read and lexed once.
class HtmlCode {
public:
  explicit HtmlCode(llvm::StringRef Root) : Sources(Root) {}
  /// The line of \p Where with its range marked, and \p Context lines around
  /// it. Nothing if the file cannot be read or is not the one that was checked.
  void excerpt(const ir::Range &Where, unsigned Context, llvm::raw_ostream &OS);
  SourceCache &sources() { return Sources; }

private:
  void line(llvm::StringRef Text, uint32_t Begin, uint32_t End,
            const std::vector<InkSpan> &Inks, const ir::Range *Mark,
            llvm::raw_ostream &OS);
  SourceCache Sources;
  std::map<ir::Name, std::vector<InkSpan>> Inks;
};

/// The Markdown that checks' pages use (headings, paragraphs, lists, tables,
/// code) as HTML; their `##` becomes <h\p Level>.
std::string markdownToHtml(llvm::StringRef Markdown, unsigned Level);

} // namespace runnel::tool

#endif
