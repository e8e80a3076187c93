//===- chan-ignored-closed.cpp - Endless loops that never notice the end --===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;
using ir::Op;

/// Whether anything in the function asks if the receive delivered a value.
static bool asked(const ir::Program &P, const ir::Function &F,
                  const ir::Event &Recv) {
  auto About = [&](ir::PlaceId P) {
    return P != ir::NoPlace && (P == Recv.Subject ||
                                (Recv.Other != ir::NoPlace && P == Recv.Other));
  };
  for (const ir::Block &B : F.Blocks) {
    const ir::Condition &C = B.Cond;
    if (C.What == ir::Condition::Received && About(C.Subject))
      return true;
    if (About(C.Subject) || llvm::any_of(C.Reads, About))
      return true;
    for (const ir::Event &E : B.Events) {
      if (E.What == Op::Closure || E.What == Op::Return ||
          E.What == Op::Assign || E.What == Op::Call || E.What == Op::Block)
        // Handed on whole: somebody else may ask. A number that is handed on
        // is what was inside.
        for (size_t I = 0; I != E.Args.size(); ++I) {
          if (Recv.Other == ir::NoPlace || E.Args[I].Place != Recv.Other)
            continue;
          const ir::Function *Callee =
              E.What == Op::Call ? P.function(E.Callee) : nullptr;
          if (!Callee || I >= Callee->Params.size() ||
              !Callee->Params[I].Type.Scalar)
            return true;
        }
      if (E.What == Op::Return && Recv.Other != ir::NoPlace &&
          E.Subject == Recv.Other)
        return true;
      // value_or, has_value, value (which throws): they know.
      if ((E.What == Op::Call || E.What == Op::Block) &&
          Recv.Other != ir::NoPlace && E.Subject == Recv.Other)
        return true;
    }
  }
  return false;
}

/// The loop goes on for ever by itself: no way from the receive to the end but
/// through a condition over what was received.
static bool endless(const ir::Function &F, Point At) {
  for (ir::BlockId Head = 0; Head != F.Blocks.size(); ++Head) {
    const ir::Block &B = F.Blocks[Head];
    if ((B.Term == ir::Terminator::While || B.Term == ir::Terminator::For ||
         B.Term == ir::Terminator::Do) &&
        B.Succs.size() == 2 && B.Cond.What != ir::Condition::Constant &&
        inLoop(F, Head) && inLoop(F, At.Block))
      // Some loop with a condition; is it around the receive?
      if (nextAfter(
              F, {Head, ~0u - 1},
              [&](const ir::Event &E) { return &E == &eventAt(F, At); },
              [](const ir::Event &) { return false; }))
        return false;
  }
  return inLoop(F, At.Block) &&
         !reachesEnd(F, At, [](const ir::Event &) { return false; });
}

static void offerBreak(const ir::Function &F, const ir::Event &E,
                       Finding &Found) {
  if (!E.Statement.editable() || E.Statement.Length == 0)
    return;
  // `c.recv();` as a statement of its own.
  if (E.Statement.Begin == E.Where.Begin &&
      E.Statement.Length == E.Where.Length + 1) {
    ir::Range Before = E.Where, After = E.Where;
    Before.Length = 0;
    After.Begin.Offset += E.Where.Length;
    After.Begin.Column += E.Where.Length;
    After.Length = 0;
    Found.Fixes.push_back({"leave the loop when the channel is closed",
                           {{Before, "if (!"}, {After, ") break"}}});
    return;
  }
  // `auto v = c.recv();`
  if (E.Other == ir::NoPlace)
    return;
  const ir::Place &P = F.place(E.Other);
  if (P.Root != ir::Place::Local || !P.Path.empty())
    return;
  ir::Range After = E.Statement;
  After.Begin.Offset += E.Statement.Length;
  After.Begin.Column += E.Statement.Length;
  After.Length = 0;
  Found.Fixes.push_back(
      {"leave the loop when the channel is closed",
       {{After, " if (!" + F.Locals[P.Index].Id.str().str() + ") break;"}}});
}

/// What stands in front of the first statement of an endless loop, if that is
/// its head alone, told by its length: a comment in between must not be lost.
static bool isHead(const ir::Range &Loop, const ir::Range &First) {
  uint32_t Between = First.Begin.Offset - Loop.Begin.Offset;
  uint32_t Lines = First.Begin.Line - Loop.Begin.Line;
  if (Lines > 1)
    return false;
  uint32_t Space = Lines == 0 ? 1 : First.Begin.Column; // with the line break
  for (llvm::StringRef Head : {"for (;;) {", "while (true) {", "while (1) {"})
    if (Between == Head.size() + Space)
      return true;
  return false;
}

/// `for (;;) { auto v = c.recv(); use(*v); }` becomes a range-for, if nothing
/// but `*v` is done with the optional.
static void offerRange(const ir::Function &F, Point At, Finding &Found) {
  const ir::Event &E = eventAt(F, At);
  if (E.Other == ir::NoPlace || E.Spelling.empty() || !E.Where.editable() ||
      !E.Statement.editable() || F.place(E.Subject).Type.Pointer ||
      (F.place(E.Subject).Type.Is != ir::Role::Channel &&
       F.place(E.Subject).Type.Is != ir::Role::Receiver))
    return;
  const ir::Place &V = F.place(E.Other);
  if (V.Root != ir::Place::Local || !V.Path.empty())
    return;
  ir::Range Head;
  for (const ir::Block &B : F.Blocks)
    if ((B.Term == ir::Terminator::While || B.Term == ir::Terminator::For) &&
        B.TermRange.editable() && isHead(B.TermRange, E.Statement))
      Head = B.TermRange;
  if (Head.Length == 0)
    return;
  // The statement is the first thing the loop does, so the head may go.
  ir::Range Front = Head;
  Front.Length = E.Statement.endOffset() - Head.Begin.Offset;
  std::string Id = F.Locals[V.Index].Id.str().str();
  Fix Change{
      "loop over the channel",
      {{Front, "for (auto " + Id + " : " + E.Spelling.str().str() + ") {"}}};
  // Every mention of the variable must be one `*v`.
  std::vector<ir::Range> Values;
  bool Other = false;
  forEachEvent(F, [&](Point, const ir::Event &Each) {
    if (Each.What == Op::Closure)
      Other |= llvm::any_of(
          Each.Args, [&](const ir::Operand &A) { return A.Place == E.Other; });
    if (Each.What != Op::Access)
      return;
    const ir::Place &P = F.place(Each.Subject);
    if (P.Root != V.Root || P.Index != V.Index)
      return;
    if (Each.Spelling.str() == "*" + Id && Each.Where.editable())
      Values.push_back(Each.Where);
    else if (Each.Spelling.str() != "(*" + Id + ")") // tells the same again
      Other = true;
  });
  if (Other)
    return;
  llvm::sort(Values, [](const ir::Range &A, const ir::Range &B) {
    return A.Begin.Offset < B.Begin.Offset;
  });
  for (size_t I = 0; I != Values.size(); ++I)
    if (I == 0 || !(Values[I] == Values[I - 1]))
      Change.Edits.push_back({Values[I], Id});
  Found.Fixes.push_back(std::move(Change));
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ChannelLife &C : channelLives(F.program())) {
    // That somebody closes it is known even of one that escapes.
    const ChannelUse *Close = C.first(ChannelUse::Close);
    if (!Close)
      continue;
    for (const ChannelUse &U : C.Uses) {
      if (U.What != ChannelUse::Recv || U.inSelect() || U.F == Close->F)
        continue;
      const ir::Event &E = U.event();
      if (E.has(ir::Ranged | ir::Try | ir::WithTimeout) ||
          !endless(*U.F, U.At) || asked(F.program(), *U.F, E))
        continue;
      std::string Name = "'" + C.Id.str().str() + "'";
      Finding Found;
      Found.Check = "runnel-chan-ignored-closed";
      Found.Where = E.Where;
      Found.Symbol = U.F->Id.str().str() + "::" + C.Id.str().str();
      Found.Message = "this loop does not ask whether " + Name +
                      " is closed: it then goes round for ever without a value";
      Found.Notes.push_back({Close->event().Where, Name + " is closed here"});
      Found.Notes.push_back(
          {E.Where, C.Signal
                        ? "leave the loop when recv() returns false"
                        : "loop with `for (auto v : " + C.Id.str().str() +
                              ")`, which ends with the channel, or leave when "
                              "recv() returns nothing"});
      offerRange(*U.F, U.At, Found);
      offerBreak(*U.F, E, Found);
      Out.push_back(std::move(Found));
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-ignored-closed", Level::Default,
                                 run);

} // namespace runnel
