//===- HtmlCode.cpp - Source lines as HTML --------------------------------===//

#include "tool/report/HtmlCode.h"
#include "tool/report/Markup.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

#include <algorithm>

namespace runnel::tool {

std::string escapeHtml(llvm::StringRef Text) {
  return escapeMarkup(Text, Breaks::AsTheyAre);
}

static bool isKeyword(llvm::StringRef Word) {
  static const llvm::StringSet<> Words = {
      "alignas",   "auto",     "bool",      "break",       "case",
      "catch",     "char",     "class",     "co_await",    "co_return",
      "co_yield",  "concept",  "const",     "consteval",   "constexpr",
      "constinit", "continue", "decltype",  "default",     "delete",
      "do",        "double",   "else",      "enum",        "explicit",
      "extern",    "false",    "final",     "float",       "for",
      "friend",    "goto",     "if",        "inline",      "int",
      "long",      "mutable",  "namespace", "new",         "noexcept",
      "nullptr",   "operator", "override",  "private",     "protected",
      "public",    "requires", "return",    "short",       "signed",
      "sizeof",    "static",   "struct",    "switch",      "template",
      "this",      "throw",    "true",      "try",         "typedef",
      "typename",  "union",    "unsigned",  "using",       "virtual",
      "void",      "volatile", "while",     "thread_local"};
  return Words.contains(Word);
}

namespace {
class Lexer {
public:
  explicit Lexer(llvm::StringRef Text) : Text(Text) {}

  std::vector<InkSpan> run() {
    bool LineStart = true;
    while (At < Text.size()) {
      const char C = Text[At];
      const size_t Begin = At;
      if (C == '\n') {
        ++At;
        LineStart = true;
        continue;
      }
      if (llvm::isSpace(C)) {
        ++At;
        continue;
      }
      if (C == '#' && LineStart) {
        // The word alone: its line may hold strings and comments.
        ++At;
        while (At < Text.size() && (Text[At] == ' ' || Text[At] == '\t'))
          ++At;
        word();
        add(Begin, Ink::Directive);
      } else if (Text.substr(At).starts_with("//")) {
        At = std::min(Text.find('\n', At), Text.size());
        add(Begin, Ink::Comment);
      } else if (Text.substr(At).starts_with("/*")) {
        const size_t End = Text.find("*/", At + 2);
        At = End == llvm::StringRef::npos ? Text.size() : End + 2;
        add(Begin, Ink::Comment);
      } else if (C == '"' || C == '\'') {
        quoted(C);
        add(Begin, Ink::String);
      } else if (llvm::isDigit(C)) {
        while (At < Text.size() &&
               (llvm::isAlnum(Text[At]) || Text[At] == '.' || Text[At] == '_' ||
                (Text[At] == '\'' && At + 1 < Text.size() &&
                 llvm::isAlnum(Text[At + 1]))))
          ++At;
        add(Begin, Ink::Number);
      } else if (llvm::isAlpha(C) || C == '_') {
        word();
        const llvm::StringRef Word = Text.slice(Begin, At);
        if (At < Text.size() && Text[At] == '"' && Word.ends_with("R") &&
            Word.size() <= 3) {
          raw();
          add(Begin, Ink::String);
        } else if (isKeyword(Word)) {
          add(Begin, Ink::Keyword);
        }
      } else {
        ++At;
      }
      LineStart = false;
    }
    return std::move(Spans);
  }

private:
  void add(size_t Begin, Ink How) {
    Spans.push_back({uint32_t(Begin), uint32_t(At), How});
  }
  void word() {
    while (At < Text.size() && (llvm::isAlnum(Text[At]) || Text[At] == '_'))
      ++At;
  }
  // To the closing quote, or the end of the line where there is none.
  void quoted(char Quote) {
    for (++At; At < Text.size() && Text[At] != '\n'; ++At) {
      if (Text[At] == '\\' && At + 1 < Text.size())
        ++At;
      else if (Text[At] == Quote) {
        ++At;
        return;
      }
    }
  }
  void raw() {
    const size_t Open = Text.find('(', At);
    if (Open == llvm::StringRef::npos) {
      At = Text.size();
      return;
    }
    const std::string Close = (")" + Text.slice(At + 1, Open) + "\"").str();
    const size_t End = Text.find(Close, Open);
    At = End == llvm::StringRef::npos ? Text.size() : End + Close.size();
  }

  llvm::StringRef Text;
  size_t At = 0;
  std::vector<InkSpan> Spans;
};
} // namespace

std::vector<InkSpan> inkOf(llvm::StringRef Text) { return Lexer(Text).run(); }

static const char *className(Ink How) {
  switch (How) {
  case Ink::Comment:
    return "co";
  case Ink::String:
    return "st";
  case Ink::Number:
    return "nu";
  case Ink::Keyword:
    return "kw";
  case Ink::Directive:
    return "pp";
  case Ink::Plain:
    break;
  }
  return "";
}

void HtmlCode::line(llvm::StringRef Text, uint32_t Begin, uint32_t End,
                    const std::vector<InkSpan> &Inks, const ir::Range *Mark,
                    llvm::raw_ostream &OS) {
  const uint32_t MarkBegin = Mark ? Mark->Begin.Offset : End;
  const uint32_t MarkEnd =
      Mark ? std::max(Mark->endOffset(), MarkBegin + 1) : End;
  // Pieces between every change of ink or mark.
  std::vector<uint32_t> Cuts = {Begin, End};
  auto Cut = [&](uint32_t At) {
    if (At > Begin && At < End)
      Cuts.push_back(At);
  };
  Cut(MarkBegin);
  Cut(MarkEnd);
  auto First = std::lower_bound(
      Inks.begin(), Inks.end(), Begin,
      [](const InkSpan &S, uint32_t At) { return S.End <= At; });
  for (auto It = First; It != Inks.end() && It->Begin < End; ++It) {
    Cut(It->Begin);
    Cut(It->End);
  }
  std::sort(Cuts.begin(), Cuts.end());
  Cuts.erase(std::unique(Cuts.begin(), Cuts.end()), Cuts.end());
  auto It = First;
  bool Marked = false;
  for (size_t I = 0; I + 1 < Cuts.size(); ++I) {
    const uint32_t From = Cuts[I], To = Cuts[I + 1];
    const bool In = From >= MarkBegin && From < MarkEnd;
    if (In != Marked)
      OS << (In ? "<mark>" : "</mark>");
    Marked = In;
    while (It != Inks.end() && It->End <= From)
      ++It;
    const bool Inked = It != Inks.end() && It->Begin <= From;
    if (Inked)
      OS << "<i class=" << className(It->How) << '>';
    OS << escapeHtml(Text.slice(From, To));
    if (Inked)
      OS << "</i>";
  }
  if (Marked)
    OS << "</mark>";
}

void HtmlCode::excerpt(const ir::Range &Where, unsigned Context,
                       llvm::raw_ostream &OS) {
  if (!Where.valid())
    return;
  const ir::Name File = Where.Begin.File;
  const uint32_t Line = Where.Begin.Line;
  llvm::StringRef Text = Sources.text(File);
  const llvm::StringRef Hit = Sources.line(File, Line);
  // Not the file that was checked, or a generated line that helps nobody.
  if (Hit.data() == nullptr || Where.Begin.Column > Hit.size() + 1 ||
      Hit.size() > 2000)
    return;
  const uint32_t HitBegin = Hit.data() - Text.data();
  if (HitBegin + Where.Begin.Column - 1 != Where.Begin.Offset)
    return;
  auto [It, New] = Inks.try_emplace(File);
  if (New)
    It->second = inkOf(Text);
  OS << "<pre class=code tabindex=0>";
  for (uint32_t N = Line > Context ? Line - Context : 1; N <= Line + Context;
       ++N) {
    const llvm::StringRef L = Sources.line(File, N);
    if (L.data() == nullptr)
      break;
    const uint32_t Begin = L.data() - Text.data();
    // Where a file begins with a byte order mark, nobody wants to see it.
    const uint32_t Shown =
        Begin + (Begin == 0 && L.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    OS << "<span class=\"l" << (N == Line ? " hit" : "") << "\"><b data-n=" << N
       << "></b>";
    line(Text, Shown, Begin + std::min<size_t>(L.size(), 2000), It->second,
         N == Line ? &Where : nullptr, OS);
    // Inside: a line break between the lines would be one more line.
    OS << "\n</span>";
  }
  OS << "</pre>\n";
}

} // namespace runnel::tool
