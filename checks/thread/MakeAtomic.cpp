//===- MakeAtomic.cpp - Declaring a variable atomic -----------------------===//

#include "checks/thread/MakeAtomic.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

/// The text before the name is the type and a blank, or two of them.
static bool isSpelledOut(const ir::Range &Declaration, const ir::Range &Name,
                         size_t TypeLength, bool Pointer) {
  if (!Declaration.editable() || !Name.editable() ||
      Declaration.Begin.Line != Name.Begin.Line ||
      Name.Begin.Offset < Declaration.Begin.Offset)
    return false;
  size_t Gap = Name.Begin.Offset - Declaration.Begin.Offset;
  // "T *p" is spelled "T *", "T p" "T".
  return Gap == TypeLength + (Pointer ? 0 : 1);
}

std::optional<Fix> makeAtomic(const ir::Program &P, const Entity &E) {
  const ir::TypeRef *T = typeOf(P, E);
  if (!T || !(T->Scalar || T->Pointer) || T->Array || T->Reference || T->Const)
    return std::nullopt;
  ir::Range Declaration, Name = whereIs(P, E);
  if (const ir::Field *F =
          E.How == LockClass::Field ? P.field(E.Symbol) : nullptr) {
    // A static member has a second declaration elsewhere.
    if (F->Static || (F->Visible != ir::Access::Private && !P.whole()))
      return std::nullopt;
    Declaration = F->Declaration;
  } else if (const ir::Global *G =
                 E.How == LockClass::Global ? P.global(E.Symbol) : nullptr) {
    if (!G->Internal && !P.whole())
      return std::nullopt;
    Declaration = G->Declaration;
  } else {
    return std::nullopt;
  }
  // `static T x`: the declaration begins at the specifier.
  std::string Spelling = T->Spelling.str().str();
  std::string Before;
  for (llvm::StringRef Specifier : {"", "static "})
    if (isSpelledOut(Declaration, Name, Spelling.size() + Specifier.size(),
                     T->Pointer))
      Before = Specifier.empty() ? " " : Specifier.str();
  if (Before.empty())
    return std::nullopt;
  if (Before == " ")
    Before.clear();
  // Before C++17, `std::atomic<T> x = 0` copies what cannot be copied.
  if (P.module().BeforeCxx17 && Declaration.endOffset() > Name.endOffset() + 1)
    return std::nullopt;
  // Whoever has its address, or reads it as what it was, would not compile.
  for (const ir::Function &F : P.module().Functions) {
    bool Taken = false;
    forEachEvent(F, [&](Point, const ir::Event &Ev) {
      if (Ev.What == ir::Op::Access && Ev.has(ir::AddressTaken) &&
          entityOf(P, F, F.place(Ev.Subject)) == E)
        Taken = true;
    });
    if (Taken)
      return std::nullopt;
  }
  llvm::StringRef Inner = Spelling;
  std::string Bare = Inner.str();
  for (size_t At; (At = Bare.find("volatile ")) != std::string::npos;)
    Bare.erase(At, 9);
  if (Bare.find("volatile") != std::string::npos)
    return std::nullopt;
  ir::Range Type = Declaration, Top = Declaration;
  Type.Length = Name.Begin.Offset - Declaration.Begin.Offset;
  Top.Begin.Offset = 0;
  Top.Begin.Line = Top.Begin.Column = 1;
  Top.Length = 0;
  return Fix{"make '" + nameOf(P, E) + "' atomic",
             {{Top, "#include <atomic>\n"},
              {Type, Before + "std::atomic<" + Bare + "> "}}};
}

} // namespace runnel
