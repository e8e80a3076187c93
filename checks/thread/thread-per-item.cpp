//===- thread-per-item.cpp - A thread for every piece of work -------------===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

namespace {
/// What a loop goes on for, if that is the input's to say.
struct Endless {
  bool ForEver = false; ///< for (;;), while (accept(...))
  std::string Over;     ///< the container it goes through
};
} // namespace

/// \p At is in the body of the loop with the head \p Head, not merely in a loop
/// around it.
static bool inBody(const ir::Function &F, ir::BlockId Head, ir::BlockId At) {
  if (F.Blocks[Head].Succs.empty())
    return false;
  std::vector<bool> Seen(F.Blocks.size());
  std::vector<ir::BlockId> Work{F.Blocks[Head].Succs[0]};
  while (!Work.empty()) {
    ir::BlockId B = Work.back();
    Work.pop_back();
    if (B == Head || Seen[B])
      continue;
    if (B == At)
      return true;
    Seen[B] = true;
    Work.insert(Work.end(), F.Blocks[B].Succs.begin(), F.Blocks[B].Succs.end());
  }
  return false;
}

static std::optional<Endless> kindOf(const ir::Function &F, ir::BlockId At,
                                     llvm::ArrayRef<ir::BlockId> Loop) {
  for (ir::BlockId B : Loop) {
    const ir::Block &Block = F.Blocks[B];
    if (Block.Trips.What != ir::TripCount::Unknown && !inBody(F, B, At))
      continue;
    if (Block.Trips.What == ir::TripCount::Known)
      return std::nullopt;
    if (Block.Trips.What == ir::TripCount::Symbolic) {
      llvm::StringRef Text = Block.Trips.Text.str();
      // A number of workers is bounded; one for each element is not.
      if (!Text.consume_back(".size()"))
        return std::nullopt;
      return Endless{false, Text.str()};
    }
  }
  for (ir::BlockId B : Loop) {
    const ir::Block &Block = F.Blocks[B];
    if (Block.Term == ir::Terminator::RangeFor && inBody(F, B, At)) {
      llvm::StringRef Text = Block.Cond.Text.str();
      Text.consume_front("for: ");
      return Endless{false, Text.str()};
    }
    if ((Block.Term == ir::Terminator::While ||
         Block.Term == ir::Terminator::For) &&
        (Block.Cond.What == ir::Condition::Constant ||
         Block.Cond.What == ir::Condition::None))
      return Endless{true, ""};
  }
  // while ((fd = accept(...)) >= 0), while (queue.pop(item)): something is got
  // anew each time.
  for (ir::BlockId B : Loop) {
    const ir::Block &Block = F.Blocks[B];
    if (Block.Term != ir::Terminator::While)
      continue;
    if (llvm::any_of(Block.Events, [](const ir::Event &E) {
          return E.What == ir::Op::Block || E.What == ir::Op::Recv ||
                 E.What == ir::Op::Wait;
        }))
      return Endless{true, ""};
  }
  return std::nullopt;
}

/// The thread does nothing but run a method of the element: the element is an
/// active object, of which the program has as many as it wants.
static bool runsElement(const ir::Program &P, const ir::Function &F,
                        const ir::Event &E) {
  if (!E.Args.empty() && E.Args[0].How == ir::Operand::FunctionArg) {
    const ir::Function *Body = P.function(E.Callee);
    return Body && Body->Record && !Body->Static && !Body->Lambda;
  }
  const ir::Function *Body = P.function(E.Callee);
  if (!Body || !Body->Lambda)
    return false;
  unsigned Calls = 0, OnCapture = 0;
  forEachEvent(*Body, [&](Point, const ir::Event &Inner) {
    if (Inner.What != ir::Op::Call && Inner.What != ir::Op::Block)
      return;
    ++Calls;
    if (Inner.Subject == ir::NoPlace)
      return;
    const ir::Place &On = Body->place(Inner.Subject);
    if (On.Root != ir::Place::Capture || On.Index >= Body->Captures.size())
      return;
    const ir::Capture &C = Body->Captures[On.Index];
    if (C.IsThis || C.Source == ir::NoPlace)
      return;
    const ir::Place &From = F.place(C.Source);
    OnCapture +=
        From.Root == ir::Place::Local ||
        (!From.Path.empty() && From.Path.back().How == ir::Step::Index);
  });
  return Calls == 1 && OnCapture == 1;
}

static std::vector<Finding> run(const Facts &Fx, const Options &) {
  const ir::Program &P = Fx.program();
  std::vector<Finding> Out;
  for (const ir::Function &F : P.module().Functions)
    forEachEvent(F, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Spawn ||
          (E.spawnKind() != ir::SpawnKind::Thread &&
           E.spawnKind() != ir::SpawnKind::JoiningThread))
        return;
      const std::vector<ir::BlockId> Loop = innermostLoop(F, At.Block);
      auto Kind = Loop.empty() ? std::nullopt : kindOf(F, At.Block, Loop);
      if (!Kind)
        return;
      // The handle is part of the element, or of something that stays: there
      // is one for each of them, or it is joined before the next.
      if (E.Subject != ir::NoPlace) {
        const ir::Place &Pl = F.place(E.Subject);
        if (Pl.Root != ir::Place::Local && !Pl.Path.empty() &&
            Pl.Path.back().How == ir::Step::Field)
          return;
        if (Pl.Root == ir::Place::Local && !Pl.Path.empty() &&
            Pl.Path.back().How == ir::Step::Field)
          return;
      }
      bool Joined = false, Takes = false;
      for (ir::BlockId B : Loop)
        for (const ir::Event &Each : F.Blocks[B].Events) {
          Joined |= Each.What == ir::Op::Join && Each.Subject == E.Subject;
          Takes |= &Each != &E &&
                   (Each.What == ir::Op::Block || Each.What == ir::Op::Recv ||
                    Each.What == ir::Op::Wait || Each.What == ir::Op::Call);
        }
      if (Joined || runsElement(P, F, E) || (Kind->ForEver && !Takes))
        return;
      Finding Found;
      Found.Check = "runnel-thread-per-item";
      Found.Where = E.Where;
      Found.Symbol = F.Id.str().str();
      Found.Message =
          Kind->ForEver
              ? "a thread is started each time round a loop without end: as "
                "many threads as there is input, each with its stack"
              : "a thread is started for each element of '" + Kind->Over +
                    "': as many threads as there is input, each with its stack";
      Found.Notes.push_back(
          {E.Where, "start a goroutine instead, in a runnel::group if "
                    "somebody waits for it: 'runnel::go(...)' costs a few "
                    "kilobytes and no system call"});
      Found.Notes.push_back(
          {E.Where, "or let a fixed number of threads receive the work from "
                    "a channel"});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-thread-per-item", Level::Default, run);

} // namespace runnel
