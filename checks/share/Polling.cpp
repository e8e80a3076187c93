//===- Polling.cpp - Loops that look at a variable again and again --------===//

#include "checks/share/Polling.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::share {

using namespace analysis;

namespace {
/// What happens between two looks.
struct Body {
  std::optional<Poll::Kind> Pause;
  ir::Range PauseAt;
  std::optional<int64_t> Nanos;
  bool Blocks = false; ///< on something else too
  bool Works = false;
};
} // namespace

/// The blocks of the loop that goes through the condition of \p B and its
/// successor \p Stay.
static std::vector<ir::BlockId> loopThrough(const ir::Function &F,
                                            ir::BlockId B, ir::BlockId Stay) {
  const size_t N = F.Blocks.size();
  std::vector<bool> Down(N), Up(N);
  std::vector<ir::BlockId> Work;
  if (Stay != B)
    Work.push_back(Stay);
  while (!Work.empty()) {
    ir::BlockId X = Work.back();
    Work.pop_back();
    if (X == B || Down[X])
      continue;
    Down[X] = true;
    Work.insert(Work.end(), F.Blocks[X].Succs.begin(), F.Blocks[X].Succs.end());
  }
  std::vector<std::vector<ir::BlockId>> Preds(N);
  for (ir::BlockId X = 0; X != N; ++X)
    for (ir::BlockId S : F.Blocks[X].Succs)
      Preds[S].push_back(X);
  Work = Preds[B];
  while (!Work.empty()) {
    ir::BlockId X = Work.back();
    Work.pop_back();
    if (X == B || Up[X])
      continue;
    Up[X] = true;
    Work.insert(Work.end(), Preds[X].begin(), Preds[X].end());
  }
  std::vector<ir::BlockId> Loop{B};
  for (ir::BlockId X = 0; X != N; ++X)
    if (Down[X] && Up[X])
      Loop.push_back(X);
  // The body alone leads back: there is a loop, or Stay is B itself.
  return Loop.size() > 1 || Stay == B ? Loop : std::vector<ir::BlockId>();
}

/// Whether there is a way from \p From to \p To that does not lead through
/// \p Around.
static bool leads(const ir::Function &F, ir::BlockId From, ir::BlockId To,
                  ir::BlockId Around) {
  std::vector<bool> Seen(F.Blocks.size());
  std::vector<ir::BlockId> Work{From};
  while (!Work.empty()) {
    const ir::BlockId X = Work.back();
    Work.pop_back();
    if (X == To)
      return true;
    if (X == Around || Seen[X])
      continue;
    Seen[X] = true;
    Work.insert(Work.end(), F.Blocks[X].Succs.begin(), F.Blocks[X].Succs.end());
  }
  return false;
}

static bool isPause(llvm::StringRef Name) {
  return Name.ends_with("yield") || Name.ends_with("pause") ||
         Name.ends_with("relax") || Name.ends_with("YieldProcessor") ||
         Name.ends_with("yieldCurrentThread") || Name.ends_with("spin_hint");
}

static Body bodyOf(const ir::Program &P, const ir::Function &F,
                   llvm::ArrayRef<ir::BlockId> Loop) {
  Body Out;
  auto Pauses = [&](Poll::Kind How, const ir::Event &E) {
    if (Out.Pause == Poll::Sleep)
      return;
    Out.Pause = How;
    Out.PauseAt = E.Where;
    Out.Nanos.reset();
    for (const ir::Operand &A : E.Args)
      if (A.How == ir::Operand::Number &&
          llvm::StringRef(E.Callee.str()).ends_with("sleep_for"))
        Out.Nanos = A.Value;
  };
  for (ir::BlockId B : Loop)
    for (const ir::Event &E : F.Blocks[B].Events)
      switch (E.What) {
      case ir::Op::Block:
        if (E.Text.str() == "sleep")
          Pauses(Poll::Sleep, E);
        else
          Out.Blocks = true;
        break;
      case ir::Op::Suspend:
        if (E.Text.str() == "yield" || E.Text.str().starts_with("sleep"))
          Pauses(E.Text.str() == "yield" ? Poll::Yield : Poll::Sleep, E);
        else
          Out.Blocks = true;
        break;
      case ir::Op::Call: {
        if (isPause(E.Text ? E.Text.str() : E.Callee.str())) {
          Pauses(Poll::Yield, E);
          break;
        }
        // A function that does nothing but sleep.
        const ir::Function *Callee = P.function(E.Callee);
        const ir::Event *Only = nullptr;
        unsigned Calls = 0;
        if (Callee && Callee->Defined)
          forEachEvent(*Callee, [&](Point, const ir::Event &Inner) {
            if (Inner.What == ir::Op::Block && Inner.Text.str() == "sleep")
              Only = &Inner;
            else if (Inner.What == ir::Op::Block || Inner.What == ir::Op::Call)
              ++Calls;
          });
        if (Only && Calls == 0)
          Pauses(Poll::Sleep, E);
        else
          Out.Works |= !E.has(ir::SystemCallee) ||
                       !llvm::StringRef(E.Callee.str()).contains("chrono");
        break;
      }
      case ir::Op::Wait:
      case ir::Op::CountWait:
      case ir::Op::Join:
      case ir::Op::Recv:
      case ir::Op::Send:
      case ir::Op::Select:
        Out.Blocks = true;
        break;
      case ir::Op::Access:
        Out.Works |= E.has(ir::Write);
        break;
      case ir::Op::Lock:
      case ir::Op::Unlock:
      case ir::Op::GuardBegin:
      case ir::Op::GuardEnd:
      case ir::Op::GuardLock:
      case ir::Op::GuardUnlock:
      case ir::Op::Declare:
      case ir::Op::ScopeEnd:
        break;
      default:
        Out.Works = true;
        break;
      }
  return Out;
}

/// The one variable the condition looks at, if others may write it.
static Entity lookedAt(const ir::Program &P, const ir::Function &F,
                       const ir::Condition &C, const Arguments &Args,
                       std::string &Name) {
  ir::PlaceId Only = ir::NoPlace;
  for (ir::PlaceId R : C.Reads) {
    if (R == ir::NoPlace)
      continue;
    // A constant beside it is no matter.
    if (F.place(R).Type.Const && F.place(R).Type.Scalar)
      continue;
    if (Only != ir::NoPlace)
      return {};
    Only = R;
  }
  if (Only == ir::NoPlace)
    Only = C.Subject;
  if (Only == ir::NoPlace)
    return {};
  const ir::Place &Pl = F.place(Only);
  if (!Pl.Type.Scalar && Pl.Type.Is != ir::Role::Atomic)
    return {};
  if (llvm::any_of(Pl.Path,
                   [](const ir::Step &S) { return S.How == ir::Step::Index; }))
    return {};
  Name = pretty(F, Pl);
  return entityOf(P, F, Pl, &Args);
}

Polls findPolls(const Facts &Fx) {
  const ir::Program &P = Fx.program();
  const Arguments &Args = Fx.conditions().arguments();
  std::vector<Poll> Found;
  std::set<Entity> Vars;
  for (const ir::Function &F : P.module().Functions) {
    if (F.System)
      continue;
    for (ir::BlockId B = 0; B != F.Blocks.size(); ++B) {
      const ir::Block &Block = F.Blocks[B];
      if (Block.Succs.size() != 2 || Block.Cond.What == ir::Condition::None ||
          Block.Cond.What == ir::Condition::Constant ||
          Block.Cond.What == ir::Condition::Owns)
        continue;
      std::string Name;
      Entity On = lookedAt(P, F, Block.Cond, Args, Name);
      if (!On.known() || On.How == LockClass::Object)
        continue;
      for (unsigned I : {0u, 1u}) {
        std::vector<ir::BlockId> Loop = loopThrough(F, B, Block.Succs[I]);
        if (Loop.empty() || llvm::is_contained(Loop, Block.Succs[1 - I]))
          continue;
        // An `if` inside the loop, both of whose ways go on: it logs, say.
        if (Block.Term == ir::Terminator::If &&
            leads(F, Block.Succs[1 - I], Block.Succs[I], B))
          continue;
        // A variable of one turn is not looked at in the next.
        if (llvm::any_of(Loop, [&](ir::BlockId L) {
              return llvm::any_of(F.Blocks[L].Events, [&](const ir::Event &E) {
                return E.What == ir::Op::Declare &&
                       entityOf(P, F, F.place(E.Subject), &Args) == On;
              });
            }))
          continue;
        Body Does = bodyOf(P, F, Loop);
        if (Does.Blocks || (Does.Works && Does.Pause != Poll::Sleep))
          continue;
        Poll One;
        One.How = Does.Pause.value_or(Poll::Spin);
        One.In = &F;
        One.On = On;
        One.Where = Block.TermRange;
        // The whole loop is too much to point at: where it looks will do.
        for (const ir::Event &E : Block.Events)
          if (E.What == ir::Op::Access && E.has(ir::Read) &&
              entityOf(P, F, F.place(E.Subject), &Args) == On)
            One.Where = E.Where;
        One.Pause = Does.PauseAt;
        One.Nanos = Does.Nanos;
        One.OnlyWaits = !Does.Works;
        One.Name = Name;
        Vars.insert(On);
        Found.push_back(std::move(One));
        break;
      }
    }
  }
  return {std::move(Found), DataUses(P, std::move(Vars), &Args)};
}

} // namespace runnel::share
