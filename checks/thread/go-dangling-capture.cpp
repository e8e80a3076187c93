//===- go-dangling-capture.cpp - Goroutines that outlive what they use ----===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

namespace {
/// Whether an event may be what the function waits for the goroutine with:
/// anything that blocks, and any call of code that may.
class MayWait {
public:
  explicit MayWait(const ir::Program &P) : P(P) {}

  bool operator()(const ir::Event &E) { return check(E, 0); }

private:
  bool check(const ir::Event &E, unsigned Depth) {
    switch (E.What) {
    case ir::Op::Join:
    case ir::Op::CountWait:
    case ir::Op::Recv:
    case ir::Op::Send:
    case ir::Op::Select:
    case ir::Op::Wait:
    case ir::Op::Throw:
      return true;
    case ir::Op::ScopeEnd:
      return false;
    case ir::Op::Call: {
      if (E.has(ir::SystemCallee))
        return false;
      const ir::Function *Callee = P.function(E.Callee);
      if (!Callee || !Callee->Defined || Depth > 3)
        return !Callee || !Callee->System;
      bool Waits = false;
      forEachEvent(*Callee, [&](Point, const ir::Event &Inner) {
        Waits = Waits || check(Inner, Depth + 1);
      });
      return Waits;
    }
    default:
      return false;
    }
  }

  const ir::Program &P;
};
} // namespace

/// A local that is gone when the function returns, or null.
static const ir::Variable *dies(const ir::Function &F, ir::PlaceId Source) {
  if (Source == ir::NoPlace)
    return nullptr;
  const ir::Place &Pl = F.place(Source);
  const ir::Variable *V = nullptr;
  if (Pl.Root == ir::Place::Local && Pl.Index < F.Locals.size())
    V = &F.Locals[Pl.Index];
  else if (Pl.Root == ir::Place::Param && Pl.Index < F.Params.size())
    V = &F.Params[Pl.Index];
  if (!V || V->Type.indirect())
    return nullptr;
  // A group or a thread that joins by itself waits when it is destroyed.
  if (V->Type.Is == ir::Role::Group || V->Type.Is == ir::Role::JoiningThread)
    return nullptr;
  return llvm::none_of(
             Pl.Path, [](const ir::Step &S) { return S.How == ir::Step::Call; })
             ? V
             : nullptr;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  MayWait Waits(F.program());
  for (const ir::Function &Fn : F.program().module().Functions) {
    // Locals of main live as long as the program, near enough.
    if (Fn.Main)
      continue;
    // Something in the function waits when it goes out of scope.
    if (llvm::any_of(Fn.Locals, [](const ir::Variable &V) {
          return V.Type.Is == ir::Role::Group ||
                 V.Type.Is == ir::Role::JoiningThread ||
                 V.Type.Is == ir::Role::ThreadPool;
        }))
      continue;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Spawn || E.Subject != ir::NoPlace ||
          E.spawnKind() != ir::SpawnKind::Goroutine)
        return;
      const ir::Function *Body = F.program().function(E.Callee);
      if (!Body || !Body->Lambda)
        return;
      for (const ir::Capture &C : Body->Captures) {
        if (!C.ByReference || C.IsThis)
          continue;
        const ir::Variable *V = dies(Fn, C.Source);
        if (!V || !reachesEnd(Fn, At, Waits))
          continue;
        std::string Name = C.Id.str().str();
        Finding Found;
        Found.Check = "runnel-go-dangling-capture";
        Found.Where = C.Where.valid() ? C.Where : E.Where;
        Found.Symbol = Fn.Id.str().str() + "::" + Name;
        Found.Message = "'" + Name +
                        "' is captured by reference by a goroutine that may "
                        "outlive it";
        Found.Notes.push_back({E.Where, "the goroutine is started here, and "
                                        "nothing waits for it"});
        Found.Notes.push_back({V->Where, "'" + Name +
                                             "' lives until the function "
                                             "returns"});
        Found.Notes.push_back(
            {E.Where, "capture it by value or move it in, or wait for the "
                      "goroutine: a runnel::wait_group or group does"});
        Out.push_back(std::move(Found));
        break; // one finding a goroutine
      }
    });
  }
  return Out;
}

static const CheckRegistration X("runnel-go-dangling-capture", Level::Default,
                                 run);

} // namespace runnel
