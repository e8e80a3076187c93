//===- go-no-exit.cpp - Goroutines that nothing can end -------------------===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using namespace analysis;

namespace {
/// A loop that control cannot leave.
struct Trap {
  std::vector<ir::BlockId> Blocks;
  ir::Range Where;
  const ir::Event *Sleeps = nullptr; ///< where it spends its time
};
} // namespace

/// Blocks from which control can leave the function, normally or by a throw.
static std::vector<bool> canLeave(const ir::Program &P, const ir::Function &F) {
  const size_t N = F.Blocks.size();
  std::vector<std::vector<ir::BlockId>> Preds(N);
  std::vector<ir::BlockId> Work;
  std::vector<bool> Out(N);
  for (ir::BlockId B = 0; B != N; ++B) {
    const ir::Block &Block = F.Blocks[B];
    bool Ends = Block.Succs.empty();
    for (const ir::Event &E : Block.Events) {
      Ends |= E.What == ir::Op::Throw || E.What == ir::Op::Return;
      if (E.What == ir::Op::Call)
        if (const ir::Function *Callee = P.function(E.Callee))
          Ends |= Callee->NoReturn;
    }
    if (Ends) {
      Out[B] = true;
      Work.push_back(B);
    }
    for (ir::BlockId S : Block.Succs)
      Preds[S].push_back(B);
  }
  while (!Work.empty()) {
    ir::BlockId B = Work.back();
    Work.pop_back();
    for (ir::BlockId S : Preds[B])
      if (!Out[S]) {
        Out[S] = true;
        Work.push_back(S);
      }
  }
  return Out;
}

static std::optional<Trap> findTrap(const ir::Program &P,
                                    const ir::Function &F) {
  const std::vector<bool> Leaves = canLeave(P, F);
  Trap Out;
  std::vector<bool> Seen(F.Blocks.size());
  std::vector<ir::BlockId> Work{0};
  while (!Work.empty()) {
    ir::BlockId B = Work.back();
    Work.pop_back();
    if (Seen[B])
      continue;
    Seen[B] = true;
    if (!Leaves[B])
      Out.Blocks.push_back(B);
    Work.insert(Work.end(), F.Blocks[B].Succs.begin(), F.Blocks[B].Succs.end());
  }
  if (Out.Blocks.empty())
    return std::nullopt;
  llvm::sort(Out.Blocks);
  for (ir::BlockId B : Out.Blocks) {
    const ir::Block &Block = F.Blocks[B];
    if (!Out.Where.valid() &&
        (Block.Term == ir::Terminator::While ||
         Block.Term == ir::Terminator::For || Block.Term == ir::Terminator::Do))
      Out.Where = Block.TermRange;
    for (const ir::Event &E : Block.Events)
      switch (E.What) {
      case ir::Op::Select: // its own check
      case ir::Op::Throw:
        return std::nullopt;
      case ir::Op::Recv:
      case ir::Op::Send:
        // An end of its own: when nobody is left to receive, the send throws.
        if (E.What == ir::Op::Send && E.Subject != ir::NoPlace &&
            F.place(E.Subject).Type.Is == ir::Role::Sender)
          return std::nullopt;
        if (!E.has(ir::Try) && !Out.Sleeps)
          Out.Sleeps = &E;
        break;
      default:
        break;
      }
  }
  if (!Out.Where.valid())
    return std::nullopt;
  // The keyword is enough to point at.
  Out.Where.Length = std::min(Out.Where.Length, 5u);
  return Out;
}

/// How the body names a context, if it has one.
static std::string contextOf(const ir::Function &F) {
  for (const ir::Variable &V : F.Params)
    if (V.Type.Is == ir::Role::Context)
      return V.Id.str().str();
  for (const ir::Capture &C : F.Captures)
    if (C.Type.Is == ir::Role::Context)
      return C.Id.str().str();
  return "";
}

/// c.send(value); as a select that a cancelled context ends.
static std::optional<Fix> selectWithDone(const ir::Function &F,
                                         const Trap &Found,
                                         const std::string &Context) {
  const ir::Event &E = *Found.Sleeps;
  if (E.What != ir::Op::Send || E.has(ir::Try | ir::WithTimeout) ||
      !E.Statement.editable() || !E.Spelling || E.Args.size() != 1 ||
      F.Result.Spelling.str() != "void")
    return std::nullopt;
  // "c.send(v);" stands alone as a statement.
  if (E.Statement.Begin.Offset != E.Where.Begin.Offset ||
      E.Statement.Length != E.Where.Length + 1)
    return std::nullopt;
  std::string Value;
  const ir::Operand &What = E.Args[0];
  if (What.How == ir::Operand::Number)
    Value = std::to_string(What.Value);
  else if (What.How == ir::Operand::PlaceArg && What.Place != ir::NoPlace &&
           F.place(What.Place).Path.empty() && !What.Moved)
    Value = pretty(F, F.place(What.Place));
  const std::string Channel = E.Spelling.str().str();
  // The text is what we think it is if its length is.
  if (Value.empty() || E.Where.Length != Channel.size() + Value.size() + 7)
    return std::nullopt;
  return Fix{"select on '" + Context + ".done()' beside the send",
             {{E.Statement, "if (runnel::select(runnel::on_send(" + Channel +
                                ", " + Value + "), runnel::on_recv(" + Context +
                                ".done())).index() == 1)\n return;"}}};
}

static std::vector<Finding> run(const Facts &Fx, const Options &) {
  const ir::Program &P = Fx.program();
  std::vector<Finding> Out;
  std::set<const ir::Function *> Said;
  for (const ir::Function &Fn : P.module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      if (E.What != ir::Op::Spawn)
        return;
      // The destructor of a thread that is a member waits for it.
      const bool Member = E.spawnKind() == ir::SpawnKind::JoiningThread &&
                          E.Subject != ir::NoPlace &&
                          Fn.place(E.Subject).Root == ir::Place::This &&
                          Fn.place(E.Subject).Path.size() == 1;
      if (E.spawnKind() != ir::SpawnKind::Goroutine && !Member)
        return;
      const ir::Function *Body = P.function(E.Callee);
      if (!Body || !Body->Defined || Body->Incomplete || Body->Coroutine)
        return;
      // A lambda that does nothing but call the function with the loop.
      const ir::Function *In = Body;
      if (auto Found = findTrap(P, *In); !Found) {
        const ir::Event *Only = nullptr;
        unsigned Calls = 0;
        forEachEvent(*Body, [&](Point, const ir::Event &Inner) {
          if (Inner.What == ir::Op::Call && !Inner.has(ir::Implicit)) {
            ++Calls;
            Only = &Inner;
          }
        });
        const ir::Function *Callee =
            Calls == 1 ? P.function(Only->Callee) : nullptr;
        if (!Callee || !Callee->Defined || Callee->Incomplete)
          return;
        In = Callee;
      }
      auto Found = findTrap(P, *In);
      // A loop that neither waits nor ends is a matter of fiber-busy-loop.
      if (!Found || !Said.insert(In).second)
        return;
      Finding Report;
      Report.Check = "runnel-go-no-exit";
      Report.Where = Found->Where;
      Report.Symbol = In->Id.str().str();
      Report.Message =
          Member ? "nothing can end this loop, nor the thread it runs in, for "
                   "which the destructor of '" +
                       Fn.place(E.Subject).Path[0].Id.str().str() + "' waits"
                 : std::string("nothing can end this loop, nor the goroutine "
                               "it runs in: it lives until the program ends, "
                               "with all that it holds");
      Report.Notes.push_back({E.Where, Member ? "the thread is started here"
                                              : "the goroutine is started "
                                                "here"});
      if (Found->Sleeps)
        Report.Notes.push_back(
            {Found->Sleeps->Where,
             Found->Sleeps->What == ir::Op::Recv
                 ? "it receives here, and does not look whether the channel "
                   "is closed"
                 : "it sends here, whether anybody receives or not"});
      const std::string Context = contextOf(*In);
      if (Member) {
        Report.Notes.push_back(
            {Found->Where, "take a std::stop_token, and go on while it is not "
                           "stop_requested()"});
        Out.push_back(std::move(Report));
        return;
      }
      Report.Notes.push_back(
          {Found->Where,
           Found->Sleeps && Found->Sleeps->What == ir::Op::Recv
               ? "loop over the channel, which ends when it is closed, or "
                 "select on ctx.done() too"
               : "select on " + (Context.empty() ? "ctx" : Context) +
                     ".done() too, and return then"});
      if (Found->Sleeps && !Context.empty())
        if (auto Fixed = selectWithDone(*In, *Found, Context))
          Report.Fixes.push_back(std::move(*Fixed));
      Out.push_back(std::move(Report));
    });
  return Out;
}

static const CheckRegistration X("runnel-go-no-exit", Level::Default, run);

} // namespace runnel
