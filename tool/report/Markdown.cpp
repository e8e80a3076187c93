//===- Markdown.cpp - A check's page as HTML ------------------------------===//
//
// The conventions of the pages are tests, so this reads what they allow and
// leaves the rest as text.
//
//===----------------------------------------------------------------------===//

#include "tool/report/HtmlCode.h"

#include "llvm/ADT/SmallVector.h"

namespace runnel::tool {

// `code`, **strong**; a link is its text, as the other pages are not here.
static std::string inlineHtml(llvm::StringRef Text) {
  std::string Out;
  while (!Text.empty()) {
    const size_t At = Text.find_first_of("`*[");
    Out += escapeHtml(Text.take_front(At));
    if (At == llvm::StringRef::npos)
      break;
    Text = Text.drop_front(At);
    if (Text[0] == '`') {
      const size_t End = Text.find('`', 1);
      if (End != llvm::StringRef::npos) {
        Out += "<code>" + escapeHtml(Text.slice(1, End)) + "</code>";
        Text = Text.drop_front(End + 1);
        continue;
      }
    } else if (Text.starts_with("**")) {
      const size_t End = Text.find("**", 2);
      if (End != llvm::StringRef::npos) {
        Out += "<strong>" + inlineHtml(Text.slice(2, End)) + "</strong>";
        Text = Text.drop_front(End + 2);
        continue;
      }
    } else if (Text[0] == '[') {
      const size_t Middle = Text.find("](");
      const size_t End = Text.find(')', Middle);
      if (Middle != llvm::StringRef::npos && End != llvm::StringRef::npos &&
          Text.take_front(Middle).find('\n') == llvm::StringRef::npos) {
        Out += inlineHtml(Text.slice(1, Middle));
        Text = Text.drop_front(End + 1);
        continue;
      }
    }
    Out += escapeHtml(Text.take_front(1));
    Text = Text.drop_front(1);
  }
  return Out;
}

static void codeBlock(llvm::StringRef Code, std::string &Out) {
  Out += "<pre class=\"code page\" tabindex=0>";
  size_t At = 0;
  for (const InkSpan &S : inkOf(Code)) {
    Out += escapeHtml(Code.slice(At, S.Begin));
    const char *Class = S.How == Ink::Comment   ? "co"
                        : S.How == Ink::String  ? "st"
                        : S.How == Ink::Number  ? "nu"
                        : S.How == Ink::Keyword ? "kw"
                                                : "pp";
    Out += std::string("<i class=") + Class + ">" +
           escapeHtml(Code.slice(S.Begin, S.End)) + "</i>";
    At = S.End;
  }
  Out += escapeHtml(Code.drop_front(At)) + "</pre>\n";
}

// Rows of `| a | b |`, the second of which is the rule under the heading.
static void table(llvm::ArrayRef<llvm::StringRef> Rows, std::string &Out) {
  Out += "<table>";
  for (size_t I = 0; I < Rows.size(); ++I) {
    if (I == 1)
      continue;
    llvm::SmallVector<llvm::StringRef> Cells;
    Rows[I].trim().trim('|').split(Cells, '|');
    Out += "<tr>";
    for (llvm::StringRef Cell : Cells)
      Out += (I == 0 ? "<th scope=col>" : "<td>") + inlineHtml(Cell.trim()) +
             (I == 0 ? "</th>" : "</td>");
    Out += "</tr>";
  }
  Out += "</table>\n";
}

std::string markdownToHtml(llvm::StringRef Markdown, unsigned Level) {
  std::string Out;
  llvm::SmallVector<llvm::StringRef> Lines;
  Markdown.split(Lines, '\n');
  const std::string H = "h" + std::to_string(Level);
  auto IsItem = [](llvm::StringRef L) { return L.starts_with("- "); };
  for (size_t I = 0; I < Lines.size();) {
    llvm::StringRef L = Lines[I];
    if (L.trim().empty() || L.starts_with("# ")) {
      ++I; // the title is the reader's already
    } else if (L.starts_with("```")) {
      std::string Code;
      for (++I; I < Lines.size() && !Lines[I].starts_with("```"); ++I)
        Code += (Lines[I] + "\n").str();
      ++I;
      codeBlock(Code, Out);
    } else if (L.consume_front("## ")) {
      Out += "<" + H + ">" + inlineHtml(L) + "</" + H + ">\n";
      ++I;
    } else if (L.starts_with("|")) {
      llvm::SmallVector<llvm::StringRef> Rows;
      for (; I < Lines.size() && Lines[I].starts_with("|"); ++I)
        Rows.push_back(Lines[I]);
      table(Rows, Out);
    } else if (IsItem(L)) {
      Out += "<ul>";
      while (I < Lines.size() && IsItem(Lines[I])) {
        std::string Item = Lines[I].drop_front(2).str();
        for (++I; I < Lines.size() && Lines[I].starts_with("  "); ++I)
          Item += (" " + Lines[I].trim()).str();
        Out += "<li>" + inlineHtml(Item) + "</li>";
      }
      Out += "</ul>\n";
    } else {
      std::string Paragraph;
      for (; I < Lines.size() && !Lines[I].trim().empty() &&
             !Lines[I].starts_with("```") && !Lines[I].starts_with("#") &&
             !Lines[I].starts_with("|") && !IsItem(Lines[I]);
           ++I)
        Paragraph += (Paragraph.empty() ? "" : " ") + Lines[I].trim().str();
      // A line that looks like the start of something else and is not.
      if (Paragraph.empty())
        Paragraph = Lines[I++].str();
      Out += "<p>" + inlineHtml(Paragraph) + "</p>\n";
    }
  }
  return Out;
}

} // namespace runnel::tool
