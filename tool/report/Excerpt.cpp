//===- Excerpt.cpp - Source lines for people ------------------------------===//

#include "tool/report/Excerpt.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Unicode.h"

#include <map>

namespace runnel::tool {

std::string caretLine(llvm::StringRef Line, uint32_t Column, uint32_t Length) {
  std::string Result;
  const size_t Start = std::min<size_t>(Column ? Column - 1 : 0, Line.size());
  auto EachCharacter = [](llvm::StringRef Text, auto &&Do) {
    while (!Text.empty()) {
      size_t Size = 1;
      while (Size < Text.size() && (Text[Size] & 0xC0) == 0x80)
        ++Size;
      llvm::StringRef One = Text.take_front(Size);
      int Width = llvm::sys::unicode::columnWidthUTF8(One);
      Do(One, Width < 0 ? 1 : Width);
      Text = Text.drop_front(Size);
    }
  };
  EachCharacter(Line.take_front(Start), [&](llvm::StringRef C, int Width) {
    Result += C == "\t" ? std::string("\t") : std::string(Width, ' ');
  });
  Result += '^';
  size_t Marks = 0;
  EachCharacter(Line.substr(Start, Length).rtrim(),
                [&](llvm::StringRef, int Width) { Marks += Width; });
  if (Marks > 1)
    Result.append(Marks - 1, '~');
  return Result;
}

static std::vector<std::string> linesOf(llvm::StringRef Text) {
  std::vector<std::string> Result;
  while (!Text.empty()) {
    auto [Line, Rest] = Text.split('\n');
    Result.push_back(Line.rtrim('\r').str());
    Text = Rest;
  }
  return Result;
}

std::vector<FixHunk> hunksOf(const Fix &F, SourceCache &Sources) {
  std::map<ir::Name, std::vector<const Edit *>> ByFile;
  for (const Edit &E : F.Edits)
    ByFile[E.Where.Begin.File].push_back(&E);
  std::vector<FixHunk> Result;
  for (auto &[File, Edits] : ByFile) {
    llvm::StringRef Text = Sources.text(File);
    // Edits of one place stay in their order, which is that of their addresses.
    llvm::sort(Edits, [](const Edit *A, const Edit *B) {
      return std::pair(A->Where.Begin.Offset, A) <
             std::pair(B->Where.Begin.Offset, B);
    });
    auto LineStart = [&](size_t At) {
      size_t N = Text.take_front(At).rfind('\n');
      return N == llvm::StringRef::npos ? size_t(0) : N + 1;
    };
    auto LineEnd = [&](size_t At) {
      size_t N = Text.find('\n', At);
      return N == llvm::StringRef::npos ? Text.size() : N + 1;
    };
    for (size_t I = 0; I < Edits.size();) {
      if (Edits[I]->Where.endOffset() > Text.size())
        return {};
      // Edits of the same or neighbouring lines make one hunk.
      const size_t Begin = LineStart(Edits[I]->Where.Begin.Offset);
      size_t End = LineEnd(std::max<size_t>(Edits[I]->Where.Begin.Offset,
                                            Edits[I]->Where.endOffset()));
      std::string After;
      size_t At = Begin;
      for (; I < Edits.size() &&
             Edits[I]->Where.Begin.Offset < std::max(End, Begin + 1);
           ++I) {
        const Edit &E = *Edits[I];
        if (E.Where.Begin.Offset < At || E.Where.endOffset() > Text.size())
          return {};
        After += Text.slice(At, E.Where.Begin.Offset);
        After += E.Text;
        At = E.Where.endOffset();
        End = std::max(End, LineEnd(At));
      }
      After += Text.slice(At, End);
      FixHunk H;
      H.File = File;
      H.Line = Text.take_front(Begin).count('\n') + 1;
      H.Removed = linesOf(Text.slice(Begin, End));
      H.Added = linesOf(After);
      // Lines that stay the same at both ends are no part of the change.
      while (!H.Removed.empty() && !H.Added.empty() &&
             H.Removed.front() == H.Added.front()) {
        H.Removed.erase(H.Removed.begin());
        H.Added.erase(H.Added.begin());
        ++H.Line;
      }
      while (!H.Removed.empty() && !H.Added.empty() &&
             H.Removed.back() == H.Added.back()) {
        H.Removed.pop_back();
        H.Added.pop_back();
      }
      if (!H.Removed.empty() || !H.Added.empty())
        Result.push_back(std::move(H));
    }
  }
  return Result;
}

} // namespace runnel::tool
