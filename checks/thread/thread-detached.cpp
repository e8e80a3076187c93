//===- thread-detached.cpp - Threads nobody can wait for ------------------===//

#include "checks/Check.h"
#include "checks/Habits.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

/// A wrapper's own detach() is not where anybody decides to.
static bool forwards(const ir::Program &P, const ir::Function &Fn,
                     const ir::Place &Thread) {
  const ir::Record *Owner = P.record(Fn.Record);
  if (Owner && Owner->Is == Thread.Type.Is)
    return true;
  const llvm::StringRef Name = Fn.Id.str();
  return Name.drop_front(Name.rfind(':') + 1).contains_insensitive("detach") &&
         (Thread.Root == ir::Place::This || Thread.Root == ir::Place::Param);
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Alike> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      if (E.What != ir::Op::Detach || E.Subject == ir::NoPlace)
        return;
      const ir::Place &Thread = Fn.place(E.Subject);
      if (Thread.Type.Is != ir::Role::Thread ||
          forwards(F.program(), Fn, Thread))
        return;
      Finding Found;
      Found.Check = "runnel-thread-detached";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message = "'" + (E.Spelling ? E.Spelling.str().str() : "thread") +
                      "' is detached: nothing can wait for it, and it may run "
                      "on while what it uses is destroyed";
      Found.Notes.push_back(
          {E.Where, "keep it and join it (std::jthread does), or start a "
                    "goroutine in a runnel::group"});
      std::string Note = "'" +
                         (E.Spelling ? E.Spelling.str().str() : "a thread") +
                         "' is detached, too";
      Out.push_back({Fn.Symbol.str().str(), std::move(Note), std::move(Found)});
    });
  return foldAlike(std::move(Out), /*MinFiles=*/1);
}

static const CheckRegistration X("runnel-thread-detached", Level::Default, run);

} // namespace runnel
