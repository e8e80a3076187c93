//===- thread-joins-itself.cpp - Threads that wait for their own end ------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using namespace analysis;

namespace {
class SelfJoins {
public:
  explicit SelfJoins(const Facts &F)
      : P(F.program()), G(F.callGraph()), Args(F.conditions().arguments()) {}

  std::vector<Finding> run() {
    for (const Start &S : G.starts()) {
      const ir::Event &Spawn = eventAt(*S.In, S.At);
      if (Spawn.Subject == ir::NoPlace ||
          (Spawn.spawnKind() != ir::SpawnKind::Thread &&
           Spawn.spawnKind() != ir::SpawnKind::JoiningThread))
        continue;
      // One of several threads may wait for the others.
      Handle = entityOf(P, *S.In, S.In->place(Spawn.Subject), &Args);
      if (!Handle.known() || Handle.How != LockClass::Field ||
          llvm::any_of(S.In->place(Spawn.Subject).Path, [](const ir::Step &X) {
            return X.How == ir::Step::Index;
          }))
        continue;
      Starting = &S;
      Seen.clear();
      Way.clear();
      follow(*S.Body, MaxCalls);
    }
    return std::move(Out);
  }

private:
  /// Somebody looks who is asking.
  static bool asksForId(const ir::Function &Fn) {
    return llvm::any_of(Fn.Blocks, [](const ir::Block &B) {
      return B.Cond.Text.str().contains("get_id") ||
             B.Cond.Text.str().contains("pthread_self") ||
             llvm::any_of(B.Events, [](const ir::Event &E) {
               return E.Text.str().contains("get_id") ||
                      E.Text.str().contains("pthread_self") ||
                      E.Text.str().contains("pthread_equal");
             });
    });
  }

  /// The thread runs \p Fn, on its own object.
  void follow(const ir::Function &Fn, unsigned Depth) {
    if (!Seen.insert(&Fn).second || Fn.Destructor || asksForId(Fn))
      return;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What == ir::Op::Join && !E.has(ir::Implicit) &&
          E.Subject != ir::NoPlace && isOwn(Fn, E.Subject) &&
          entityOf(P, Fn, Fn.place(E.Subject), &Args) == Handle &&
          Told.insert({&Fn, At}).second)
        report(Fn, At);
    });
    if (Depth == 0)
      return;
    for (const CallEdge &C : G.callees(Fn)) {
      const ir::Event &E = eventAt(Fn, C.At);
      if (C.How != CallEdge::Direct || E.Subject == ir::NoPlace ||
          !isOwn(Fn, E.Subject) || !Fn.place(E.Subject).Path.empty())
        continue;
      Way.push_back(&C);
      follow(*C.Callee, Depth - 1);
      Way.pop_back();
    }
  }

  static bool isOwn(const ir::Function &Fn, ir::PlaceId Pl) {
    return normalized(Fn, Fn.place(Pl)).Root == ir::Place::This;
  }

  void report(const ir::Function &Fn, Point At) {
    const std::string Name = nameOf(P, Handle);
    Finding Found;
    Found.Check = "runnel-thread-joins-itself";
    Found.Where = rangeAt(Fn, At);
    Found.Symbol = className(P, Handle);
    Found.Message = "the thread '" + Name +
                    "' comes here itself, and would wait for its own end: "
                    "'join' throws, or never returns";
    Found.Notes.push_back({rangeAt(*Starting->In, Starting->At),
                           "'" + Name + "' is started here"});
    for (const CallEdge *C : Way)
      Found.Notes.push_back(
          {rangeAt(*C->Caller, C->At),
           "it calls '" + C->Callee->Id.str().str() + "' here"});
    Found.Notes.push_back({Found.Where,
                           "let it return instead, and join it from the thread "
                           "that started it"});
    Out.push_back(std::move(Found));
  }

  static constexpr unsigned MaxCalls = 3;

  const ir::Program &P;
  const CallGraph &G;
  const Arguments &Args;
  const Start *Starting = nullptr;
  Entity Handle;
  std::vector<const CallEdge *> Way;
  std::set<const ir::Function *> Seen;
  std::set<std::pair<const ir::Function *, Point>> Told;
  std::vector<Finding> Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return SelfJoins(F).run();
}

static const CheckRegistration X("runnel-thread-joins-itself", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel
