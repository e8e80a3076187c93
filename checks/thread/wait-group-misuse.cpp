//===- wait-group-misuse.cpp - Wait groups that count too late ------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

static bool isGroup(const ir::Function &F, ir::PlaceId P) {
  return P != ir::NoPlace && F.place(P).Type.Is == ir::Role::WaitGroup;
}

/// The event by which the started \p Body adds to the group that its parent
/// knows as \p Group: through a capture.
static const ir::Event *addsInside(const ir::Function &Body,
                                   const ir::Place &Group,
                                   const ir::Function &Parent) {
  const ir::Event *Found = nullptr;
  forEachEvent(Body, [&](Point, const ir::Event &E) {
    if (E.What != ir::Op::CountAdd || !isGroup(Body, E.Subject) || Found)
      return;
    const ir::Place &Pl = Body.place(E.Subject);
    if (Pl.Root != ir::Place::Capture || Pl.Index >= Body.Captures.size())
      return;
    const ir::Capture &C = Body.Captures[Pl.Index];
    if (C.Source == ir::NoPlace)
      return;
    ir::Place Outer = Parent.place(C.Source);
    Outer.Path.insert(Outer.Path.end(), Pl.Path.begin(), Pl.Path.end());
    if (Outer.sameAs(Group))
      Found = &E;
  });
  return Found;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &Wait) {
      if (Wait.What != ir::Op::CountWait || !isGroup(Fn, Wait.Subject))
        return;
      const ir::Place &Group = Fn.place(Wait.Subject);
      forEachEvent(Fn, [&](Point From, const ir::Event &Spawn) {
        if (Spawn.What != ir::Op::Spawn || Spawn.Subject == Wait.Subject)
          return;
        const ir::Function *Body = F.program().function(Spawn.Callee);
        if (!Body || !Body->Lambda)
          return;
        const ir::Event *Add = addsInside(*Body, Group, Fn);
        // The goroutine may add once it has been counted itself: then the
        // count cannot be zero meanwhile.
        bool Counted = false;
        forEachEvent(Fn, [&](Point, const ir::Event &E) {
          Counted |= E.What == ir::Op::CountAdd && E.Subject == Wait.Subject;
        });
        auto Reached = nextAfter(
            Fn, From, [&](const ir::Event &E) { return &E == &Wait; },
            [](const ir::Event &) { return false; });
        if (!Add || Counted || !Reached)
          return;
        std::string Name = Wait.Spelling.str().str();
        Finding Found;
        Found.Check = "runnel-wait-group-misuse";
        Found.Where = Add->Where;
        Found.Symbol = Fn.Id.str().str() + "::" + Name;
        Found.Message = "'" + Name +
                        "' is added to inside the goroutine it counts: the "
                        "wait may be over before the goroutine begins";
        Found.Notes.push_back({Spawn.Where, "the goroutine is started here"});
        Found.Notes.push_back(
            {Wait.Where, "this wait may find the count still at zero"});
        Found.Notes.push_back({Spawn.Where, "add before it is started: '" +
                                                Name + ".go(...)' does"});
        Out.push_back(std::move(Found));
      });
    });
  return Out;
}

static const CheckRegistration X("runnel-wait-group-misuse", Level::Default,
                                 run);

} // namespace runnel
