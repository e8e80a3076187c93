//===- EmptiedLines.cpp - A removed statement takes its line along --------===//

#include "tool/edit/EmptiedLines.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::tool {

void removeEmptiedLines(Fix &F, SourceCache &Sources) {
  for (Edit &E : F.Edits) {
    if (!E.Text.empty() || E.Where.Length == 0 || !E.Where.editable())
      continue;
    llvm::StringRef Text = Sources.text(E.Where.Begin.File);
    if (E.Where.endOffset() > Text.size())
      continue;
    size_t Begin = E.Where.Begin.Offset, End = E.Where.endOffset();
    while (Begin > 0 && (Text[Begin - 1] == ' ' || Text[Begin - 1] == '\t'))
      --Begin;
    while (End < Text.size() && (Text[End] == ' ' || Text[End] == '\t'))
      ++End;
    if (Begin > 0 && Text[Begin - 1] != '\n')
      continue;
    if (Text.substr(End).starts_with("\r\n"))
      End += 2;
    else if (Text.substr(End).starts_with("\n"))
      ++End;
    else
      continue;
    // Another edit of the line has its own idea of what stays there.
    const bool Alone = llvm::none_of(F.Edits, [&](const Edit &O) {
      return &O != &E && O.Where.Begin.File == E.Where.Begin.File &&
             O.Where.Begin.Offset < End && O.Where.endOffset() >= Begin;
    });
    if (!Alone)
      continue;
    E.Where.Begin.Column -= E.Where.Begin.Offset - Begin;
    E.Where.Begin.Offset = Begin;
    E.Where.Length = End - Begin;
  }
}

} // namespace runnel::tool
