//===- Narrow.cpp - Ending a critical section earlier ---------------------===//

#include "checks/Narrow.h"

#include "checks/analysis/HeldLocks.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

const CriticalSection *sectionAt(const Facts &F, const Function &In,
                                 Point Begin) {
  for (const CriticalSection &C : F.sections(In))
    if (C.Begin == Begin)
      return &C;
  return nullptr;
}

/// Events that the end of a scope makes say nothing of where code stands.
static bool isScopeEnd(const Event &E) {
  return E.has(ir::Implicit) || E.What == Op::ScopeEnd ||
         E.What == Op::GuardEnd;
}

/// The guard's variable, if the section is one that can be ended early.
static const ir::Variable *guardVariable(const CriticalSection &C) {
  const Function &F = *C.In;
  if (C.Guard >= F.Places.size() || C.Escapes || C.Ends.size() != 1)
    return nullptr;
  const Place &G = F.place(C.Guard);
  const Event &End = eventAt(F, C.Ends[0]);
  if (G.Root != Place::Local || !G.Path.empty() || End.What != Op::GuardEnd ||
      !End.has(ir::Implicit) || eventAt(F, C.Begin).What != Op::GuardBegin)
    return nullptr;
  const ir::Variable &V = F.Locals[G.Index];
  return V.Declaration.editable() && V.Declaration.Length ? &V : nullptr;
}

std::optional<ir::Range> firstFreeStatement(const CriticalSection &C) {
  const Function &F = *C.In;
  const ir::Variable *V = guardVariable(C);
  if (!V)
    return std::nullopt;
  uint32_t LastUse = V->Declaration.endOffset();
  for (size_t I = 0; I < C.Events.size(); ++I) {
    const Event &E = eventAt(F, C.Events[I]);
    if (!C.Tail[I] && !isScopeEnd(E))
      LastUse =
          std::max({LastUse, E.Statement.endOffset(), E.Where.endOffset()});
  }
  for (const ir::Block &B : F.Blocks)
    // A loop that has a use in it is used to its end.
    if (B.TermRange.valid() && B.TermRange.Begin.Offset < LastUse &&
        B.TermRange.Begin.Offset > V->Declaration.Begin.Offset)
      LastUse = std::max(LastUse, B.TermRange.endOffset());
  std::optional<ir::Range> First;
  auto Consider = [&](const ir::Range &R) {
    if (R.editable() && R.Length && R.Begin.Offset >= LastUse &&
        R.Begin.File == V->Declaration.Begin.File &&
        R.Begin.Column == V->Declaration.Begin.Column &&
        (!First || R.Begin.Offset < First->Begin.Offset))
      First = R;
  };
  llvm::DenseSet<ir::BlockId> Blocks;
  for (size_t I = 0; I < C.Events.size(); ++I) {
    const Event &E = eventAt(F, C.Events[I]);
    Blocks.insert(C.Events[I].Block);
    if (C.Tail[I] && !isScopeEnd(E))
      Consider(E.Statement);
  }
  // A statement may be a whole loop or branch, whose events are its parts.
  for (ir::BlockId B : Blocks)
    if (F.Blocks[B].TermRange.valid() && F.Blocks[B].Succs.size() > 1)
      Consider(F.Blocks[B].TermRange);
  return First;
}

/// A variable that is declared under the guard and needed after \p Offset.
static bool isNeededLater(const CriticalSection &C, uint32_t Offset) {
  const Function &F = *C.In;
  llvm::DenseSet<uint32_t> Declared;
  bool Needed = false;
  auto Note = [&](ir::PlaceId P) {
    Needed |= P != ir::NoPlace && F.place(P).Root == Place::Local &&
              Declared.contains(F.place(P).Index);
  };
  const uint32_t From = eventAt(F, C.Begin).Where.Begin.Offset;
  for (uint32_t I = 0; I < F.Locals.size(); ++I)
    if (F.Locals[I].Where.Begin.Offset > From &&
        F.Locals[I].Where.Begin.Offset < Offset)
      Declared.insert(I);
  for (const ir::Block &B : F.Blocks)
    for (const Event &E : B.Events) {
      if (E.Where.Begin.Offset < Offset || isScopeEnd(E))
        continue;
      Note(E.Subject);
      Note(E.Other);
      for (const ir::Operand &O : E.Args)
        Note(O.Place);
    }
  return Needed;
}

static std::string replaced(llvm::StringRef Type, llvm::StringRef By) {
  const size_t Angle = Type.find('<');
  return By.str() + (Angle == Type.npos ? "" : Type.substr(Angle).str());
}

std::optional<Fix> narrow(const Facts &Facts, const Function &In, Point Begin,
                          llvm::ArrayRef<Point> MustLeave) {
  const CriticalSection *C = sectionAt(Facts, In, Begin);
  if (!C || C->Locks.size() != 1)
    return std::nullopt;
  const std::optional<ir::Range> Free = firstFreeStatement(*C);
  if (!Free)
    return std::nullopt;
  for (Point At : MustLeave) {
    auto It = llvm::find(C->Events, At);
    if (It == C->Events.end() || !C->Tail[It - C->Events.begin()] ||
        eventAt(In, At).Where.Begin.Offset < Free->Begin.Offset)
      return std::nullopt;
  }
  const Place &G = In.place(C->Guard);
  const ir::Variable &V = In.Locals[G.Index];
  const std::string Indent(Free->Begin.Column - 1, ' ');
  auto Insert = [](ir::Range At, std::string Text) {
    At.Length = 0;
    return Edit{At, std::move(Text)};
  };
  Fix Result;
  if (V.Type.has(ir::Movable)) {
    Result.Description = "unlock '" + V.Id.str().str() + "' after the last use";
    Result.Edits.push_back(
        Insert(*Free, V.Id.str().str() + ".unlock();\n" + Indent));
    return Result;
  }
  if (!isNeededLater(*C, Free->Begin.Offset)) {
    Result.Description = "end the critical section after the last use";
    Result.Edits.push_back(Insert(V.Declaration, "{\n" + Indent));
    Result.Edits.push_back(Insert(*Free, "}\n" + Indent));
    return Result;
  }
  if (!V.TypeText.editable() || !V.TypeText.Length ||
      !(V.Type.Spelling.str().starts_with("std::lock_guard") ||
        V.Type.Spelling.str().starts_with("std::scoped_lock")))
    return std::nullopt;
  // Without template arguments in the source, none in the fix: the compiler
  // deduces them. Before C++17 it cannot, and the guard has an alias's name.
  const bool Written = V.TypeText.Length > sizeof("std::scoped_lock") ||
                       Facts.program().module().BeforeCxx17;
  Result.Description = "unlock '" + V.Id.str().str() + "' after the last use";
  Result.Edits.push_back(
      {V.TypeText, Written ? replaced(V.Type.Spelling, "std::unique_lock")
                           : std::string("std::unique_lock")});
  Result.Edits.push_back(
      Insert(*Free, V.Id.str().str() + ".unlock();\n" + Indent));
  return Result;
}

} // namespace runnel::scope
