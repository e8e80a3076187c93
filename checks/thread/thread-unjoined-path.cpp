//===- thread-unjoined-path.cpp - Threads not joined on some path ---------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <optional>
#include <set>

namespace runnel {

using namespace analysis;

/// \p E takes care of the thread at \p Thread, or hands it to somebody who may.
static bool takesCare(const ir::Event &E, ir::PlaceId Thread) {
  switch (E.What) {
  case ir::Op::Join:
  case ir::Op::Detach:
  case ir::Op::Return:
  case ir::Op::Escape:
    return E.Subject == Thread;
  case ir::Op::GuardMove:
  case ir::Op::GuardSwap:
    return E.Subject == Thread || E.Other == Thread;
  case ir::Op::Throw:
    return true; // to a handler here
  case ir::Op::Access:
    if (E.Subject == Thread && E.has(ir::Moved | ir::AddressTaken))
      return true;
    break;
  default:
    break;
  }
  return llvm::any_of(E.Args, [&](const ir::Operand &A) {
    return A.Place == Thread && E.What != ir::Op::Spawn;
  });
}

/// Some branch asks whether the thread is joinable: the paths differ in that.
static bool asksJoinable(const ir::Function &F, ir::PlaceId Thread) {
  return llvm::any_of(F.Blocks, [&](const ir::Block &B) {
    return B.Cond.Subject == Thread || llvm::is_contained(B.Cond.Reads, Thread);
  });
}

static bool isStdThread(const ir::TypeRef &T) {
  // A handle has no destructor: forgetting one ends nothing.
  return T.Is == ir::Role::Thread && !T.indirect() &&
         llvm::StringRef(T.Spelling).contains("thread") &&
         !llvm::StringRef(T.Spelling).contains("pthread");
}

/// `std::vector<std::thread> workers;`
static bool isOfStdThreads(const ir::TypeRef &T) {
  return T.Is == ir::Role::Container && !T.indirect() &&
         T.ElementIs == ir::Role::Thread &&
         llvm::StringRef(T.Spelling).contains("<std::thread>");
}

/// Says anything of \p Container: looks through it, moves it, passes it on.
static bool mentions(const ir::Function &F, const ir::Event &E,
                     const ir::Place &Container) {
  auto Is = [&](ir::PlaceId Pl) {
    return Pl != ir::NoPlace && F.place(Pl).sameRoot(Container);
  };
  return E.What != ir::Op::ScopeEnd &&
         (E.What == ir::Op::Throw || Is(E.Subject) || Is(E.Other) ||
          llvm::any_of(E.Args,
                       [&](const ir::Operand &A) { return Is(A.Place); }));
}

/// Exceptions that are caught nowhere in \p F: they destroy its locals.
static std::set<const ir::Event *> thrownOut(const ir::Function &F) {
  std::set<const ir::Event *> Out;
  for (const ir::Block &B : F.Blocks)
    if (B.Succs.empty())
      for (const ir::Event &E : B.Events)
        if (E.What == ir::Op::Throw)
          Out.insert(&E);
  return Out;
}

/// Where what \p E starts is destroyed though nobody has joined it.
static std::optional<Point> forgotten(const ir::Function &Fn, Point At,
                                      const ir::Event &E) {
  const ir::Place &Pl = Fn.place(E.Subject);
  if (Pl.Root != ir::Place::Local)
    return std::nullopt;
  const ir::TypeRef &T = Fn.Locals[Pl.Index].Type;
  if (Pl.Path.empty() && isStdThread(T)) {
    if (asksJoinable(Fn, E.Subject))
      return std::nullopt;
    std::set<const ir::Event *> Leaving = thrownOut(Fn);
    return nextAfter(
        Fn, At,
        [&](const ir::Event &Each) {
          return (Each.What == ir::Op::ScopeEnd && Each.Subject == E.Subject) ||
                 Leaving.count(&Each);
        },
        [&](const ir::Event &Each) { return takesCare(Each, E.Subject); });
  }
  // An element: what happens to the container is not told apart, so that any
  // word of it is one of care.
  if (Pl.Path.size() == 1 && Pl.Path[0].How == ir::Step::Index &&
      isOfStdThreads(T) && inLoop(Fn, At.Block))
    return nextAfter(
        Fn, At,
        [&](const ir::Event &Each) {
          return Each.What == ir::Op::ScopeEnd && Each.Subject != ir::NoPlace &&
                 Fn.place(Each.Subject).Path.empty() &&
                 Fn.place(Each.Subject).sameRoot(Pl);
        },
        [&](const ir::Event &Each) {
          // The next round starts another one.
          return !(Each.Statement == E.Statement) && mentions(Fn, Each, Pl);
        });
  return std::nullopt;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Spawn || E.Subject == ir::NoPlace ||
          E.spawnKind() != ir::SpawnKind::Thread)
        return;
      const std::optional<Point> End = forgotten(Fn, At, E);
      if (!End)
        return;
      const ir::Variable &V = Fn.Locals[Fn.place(E.Subject).Index];
      const bool Several = V.Type.Is == ir::Role::Container;
      const std::string Name = V.Id.str().str();
      Finding Found;
      Found.Check = "runnel-thread-unjoined-path";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str() + "::" + Name;
      Found.Message =
          Several ? "the threads of '" + Name +
                        "' are not joined on every path: their destructors "
                        "then end the program"
                  : "'" + Name +
                        "' is not joined on every path: its destructor then "
                        "ends the program";
      const bool Thrown =
          Fn.Blocks[End->Block].Events[End->Index].What == ir::Op::Throw;
      Found.Notes.push_back(
          {rangeAt(Fn, *End), Thrown    ? "this exception destroys it, still "
                                          "joinable"
                              : Several ? "they are destroyed here, still "
                                          "joinable"
                                        : "it is destroyed here, still "
                                          "joinable"});
      Found.Notes.push_back({V.TypeText.valid() ? V.TypeText : E.Where,
                             "a std::jthread joins when it is destroyed"});
      if (V.TypeText.editable() && V.Type.Spelling == "std::thread" &&
          !F.program().module().BeforeCxx20)
        Found.Fixes.push_back({"make '" + Name + "' a std::jthread",
                               {{V.TypeText, "std::jthread"}}});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-thread-unjoined-path", Level::Default,
                                 run);

} // namespace runnel
