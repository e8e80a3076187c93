//===- wait-group-misuse.cpp - Wait groups that count too late ------------===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <optional>
#include <set>

namespace runnel {

using namespace analysis;

static bool isGroup(const ir::Function &F, ir::PlaceId P) {
  return P != ir::NoPlace && F.place(P).Type.Is == ir::Role::WaitGroup;
}

static bool isLatch(const ir::Function &F, ir::PlaceId P) {
  return P != ir::NoPlace && F.place(P).Type.Is == ir::Role::Latch;
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

/// The group of the parent that \p Body knows as the place \p Inside.
static std::optional<ir::Place> outerPlace(const ir::Function &Body,
                                           ir::PlaceId Inside,
                                           const ir::Function &Parent) {
  if (Inside == ir::NoPlace)
    return std::nullopt;
  const ir::Place &Pl = Body.place(Inside);
  if (Pl.Root != ir::Place::Capture || Pl.Index >= Body.Captures.size() ||
      Body.Captures[Pl.Index].Source == ir::NoPlace)
    return std::nullopt;
  ir::Place Outer = Parent.place(Body.Captures[Pl.Index].Source);
  Outer.Path.insert(Outer.Path.end(), Pl.Path.begin(), Pl.Path.end());
  return Outer;
}

/// `go(...)` as `wg.go(...)`, without add and done by hand.
static std::optional<Fix> byGo(const ir::Function &Body, const ir::Event &Spawn,
                               const ir::Event &Add, const std::string &Name) {
  const ir::Event *Done = nullptr;
  unsigned Dones = 0;
  Point DoneAt;
  forEachEvent(Body, [&](Point At, const ir::Event &E) {
    if (E.What == ir::Op::CountDone && isGroup(Body, E.Subject)) {
      ++Dones;
      Done = &E;
      DoneAt = At;
    }
  });
  if (Dones != 1 || Spawn.Text.str() != "runnel::go" ||
      !Spawn.Where.editable() || !Body.Where.editable() ||
      !Add.Statement.editable() || !Done->Statement.editable())
    return std::nullopt;
  // Nothing but the end may come after it.
  for (const ir::Event &E :
       llvm::drop_begin(Body.Blocks[DoneAt.Block].Events, DoneAt.Index + 1))
    if (!E.has(ir::Implicit) && E.What != ir::Op::ScopeEnd)
      return std::nullopt;
  // "runnel::go(" or "go(" stands before the lambda.
  const uint32_t Before = Body.Where.Begin.Offset - Spawn.Where.Begin.Offset;
  if (Before != 11 && Before != 3)
    return std::nullopt;
  ir::Range Callee = Spawn.Where;
  Callee.Length = Before;
  return Fix{
      "start it with '" + Name + ".go'",
      {{Callee, Name + ".go("}, {Add.Statement, ""}, {Done->Statement, ""}}};
}

namespace {
/// An add to a member of the object whose method a goroutine runs, by that
/// goroutine, which counts down too.
struct Inside {
  const ir::Event *Add = nullptr;
  ir::Name Field;
  ir::Name Name;
};

class Pass {
public:
  explicit Pass(const Facts &F) : P(F.program()) {}
  std::vector<Finding> run();

private:
  void addsInMethod(const ir::Function &Fn, const ir::Event &Spawn);
  std::optional<Inside> inMethod(const ir::Function &Body) const;
  void addsLate(const ir::Function &Fn, const ir::Event &Wait);
  void missesDone(const ir::Function &Fn, const ir::Event &Spawn);
  void waitsEachTime(const ir::Function &Fn, Point At, const ir::Event &Wait);

  const ir::Program &P;
  std::set<const ir::Event *> Told;
  std::vector<Finding> Out;
};
} // namespace

void Pass::addsLate(const ir::Function &Fn, const ir::Event &Wait) {
  const ir::Place &Group = Fn.place(Wait.Subject);
  forEachEvent(Fn, [&](Point From, const ir::Event &Spawn) {
    if (Spawn.What != ir::Op::Spawn || Spawn.Subject == Wait.Subject)
      return;
    const ir::Function *Body = P.function(Spawn.Callee);
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
    Found.Notes.push_back(
        {Spawn.Where, "add before it is started: '" + Name + ".go(...)' does"});
    if (auto Fixed = byGo(*Body, Spawn, *Add, Name))
      Found.Fixes.push_back(std::move(*Fixed));
    Out.push_back(std::move(Found));
  });
}

/// The object that a method is called on, or a lambda of it was made in.
static bool isThis(const ir::Function &F, const ir::Place &P) {
  return P.Root == ir::Place::This ||
         (P.Root == ir::Place::Capture && P.Index < F.Captures.size() &&
          F.Captures[P.Index].IsThis);
}

/// The member that \p P is, of that object.
static ir::Name ownGroup(const ir::Function &F, ir::PlaceId P) {
  if (!isGroup(F, P) || !isThis(F, F.place(P)) || F.place(P).Path.size() != 1 ||
      F.place(P).Path[0].How != ir::Step::Field)
    return {};
  return F.place(P).Path[0].Symbol;
}

std::optional<Inside> Pass::inMethod(const ir::Function &Body) const {
  Inside Found;
  bool Done = false;
  auto Look = [&](const ir::Function &Method) {
    forEachEvent(Method, [&](Point, const ir::Event &E) {
      const ir::Name Field = ownGroup(Method, E.Subject);
      if (!Field)
        return;
      if (E.What == ir::Op::CountAdd && !Found.Add)
        Found = {&E, Field, Method.place(E.Subject).Path[0].Id};
      Done |= E.What == ir::Op::CountDone && Field == Found.Field;
    });
  };
  Look(Body);
  // A lambda that calls the method that does the work.
  if (Body.Lambda)
    forEachEvent(Body, [&](Point, const ir::Event &E) {
      const ir::Function *Callee =
          E.What == ir::Op::Call && E.Callee ? P.function(E.Callee) : nullptr;
      if (Callee && Callee->Defined && Callee->Record && !Found.Add &&
          E.Subject != ir::NoPlace && isThis(Body, Body.place(E.Subject)) &&
          Body.place(E.Subject).Path.empty())
        Look(*Callee);
    });
  return Found.Add && Done ? std::optional(Found) : std::nullopt;
}

/// go([this] { work(); }), and work() begins with running_.add(1).
void Pass::addsInMethod(const ir::Function &Fn, const ir::Event &Spawn) {
  const ir::Function *Body = Spawn.Callee ? P.function(Spawn.Callee) : nullptr;
  if (!Body || !Body->Defined || Body->Incomplete)
    return;
  const std::optional<Inside> Late = inMethod(*Body);
  if (!Late || !Told.insert(Late->Add).second)
    return;
  // Whoever adds elsewhere may keep the count above zero meanwhile.
  const ir::Event *Wait = nullptr;
  bool Counted = false;
  for (const ir::Function &Each : P.module().Functions)
    forEachEvent(Each, [&](Point, const ir::Event &E) {
      if (&E == Late->Add ||
          ((E.What != ir::Op::CountAdd) && (E.What != ir::Op::CountWait) &&
           (E.What != ir::Op::Spawn)))
        return;
      if (E.Subject == ir::NoPlace || Each.place(E.Subject).Path.empty() ||
          Each.place(E.Subject).Path.back().Symbol != Late->Field)
        return;
      if (E.What == ir::Op::CountWait)
        Wait = Wait ? Wait : &E;
      else
        Counted = true;
    });
  if (!Wait || Counted)
    return;
  const std::string Name = Late->Name.str().str();
  Finding Found;
  Found.Check = "runnel-wait-group-misuse";
  Found.Where = Late->Add->Where;
  Found.Symbol = Fn.Id.str().str() + "::" + Name;
  Found.Message = "'" + Name +
                  "' is added to inside the goroutine it counts: the wait may "
                  "be over before the goroutine begins";
  Found.Notes.push_back({Spawn.Where, "the goroutine is started here"});
  Found.Notes.push_back(
      {Wait->Where, "this wait may find the count still at zero"});
  Found.Notes.push_back(
      {Spawn.Where, "add before it is started: '" + Name + ".go(...)' does"});
  Out.push_back(std::move(Found));
}

/// A goroutine that was counted before, and counts down on some ways only.
void Pass::missesDone(const ir::Function &Fn, const ir::Event &Spawn) {
  const ir::Function *Body = P.function(Spawn.Callee);
  if (!Body || !Body->Lambda || Body->Incomplete || Body->Coroutine)
    return;
  const ir::Event *Done = nullptr;
  ir::PlaceId Group = ir::NoPlace;
  forEachEvent(*Body, [&](Point, const ir::Event &E) {
    if (E.What == ir::Op::CountDone && E.Subject != ir::NoPlace && !Done &&
        (isGroup(*Body, E.Subject) || isLatch(*Body, E.Subject))) {
      Done = &E;
      Group = E.Subject;
    }
  });
  auto Outer = Done ? outerPlace(*Body, Group, Fn) : std::nullopt;
  if (!Outer)
    return;
  // The number that was added is one for each goroutine.
  // A latch is made with it.
  const bool Latch = isLatch(*Body, Group);
  bool Added = Latch, Waited = false;
  forEachEvent(Fn, [&](Point, const ir::Event &E) {
    if (E.Subject == ir::NoPlace || !Outer->sameAs(Fn.place(E.Subject)))
      return;
    Added |= E.What == ir::Op::CountAdd;
    Waited |= E.What == ir::Op::CountWait;
  });
  if (!Added || !Waited)
    return;
  if (!reachesEnd(*Body, {0, ~0u}, [&](const ir::Event &E) {
        if (E.Subject == Group && E.What == ir::Op::CountDone)
          return true;
        // Whoever gets the group may count down, now or at the end.
        return (E.What == ir::Op::Call || E.What == ir::Op::Spawn ||
                E.What == ir::Op::Closure || E.What == ir::Op::Assign) &&
               llvm::any_of(E.Args, [&](const ir::Operand &A) {
                 return A.Place == Group;
               });
      }))
    return;
  const std::string Name = Done->Spelling.str().str();
  Finding Found;
  Found.Check = "runnel-wait-group-misuse";
  Found.Where = Done->Where;
  Found.Symbol = Fn.Id.str().str() + "::" + Name;
  Found.Message = "'" + Name +
                  "' is not counted down on every way through the goroutine: "
                  "after the others the wait never ends";
  Found.Notes.push_back({Spawn.Where, "the goroutine is started here"});
  Found.Notes.push_back(
      {Done->Where,
       Latch ? "count '" + Name +
                   "' down before each way out, or in the destructor of a local"
             : "start it with '" + Name +
                   ".go(...)', which counts down however it ends"});
  Out.push_back(std::move(Found));
}

/// wg.go(...) and wg.wait() in one round of a loop: one at a time.
void Pass::waitsEachTime(const ir::Function &Fn, Point At,
                         const ir::Event &Wait) {
  const ir::Place &Group = Fn.place(Wait.Subject);
  std::vector<ir::BlockId> Loop = innermostLoop(Fn, At.Block);
  if (Loop.empty())
    return;
  const ir::Event *Start = nullptr;
  unsigned Starts = 0;
  bool Declared = false, Added = false;
  for (ir::BlockId B : Loop)
    for (const ir::Event &E : Fn.Blocks[B].Events) {
      Added |= E.What == ir::Op::CountAdd ||
               (E.What == ir::Op::Spawn && E.Subject == Wait.Subject);
      Declared |= E.What == ir::Op::Declare && E.Subject != ir::NoPlace &&
                  Fn.place(E.Subject).sameAs(Group);
      const ir::Function *Body =
          E.What == ir::Op::Spawn ? P.function(E.Callee) : nullptr;
      bool Counts = E.What == ir::Op::Spawn && E.Subject == Wait.Subject;
      if (Body && Body->Lambda)
        forEachEvent(*Body, [&](Point, const ir::Event &Inner) {
          if (Inner.What != ir::Op::CountDone)
            return;
          auto Outer = outerPlace(*Body, Inner.Subject, Fn);
          Counts |= Outer && Outer->sameAs(Group);
        });
      if (E.What == ir::Op::Spawn)
        ++Starts;
      // One that is started in a loop inside of this is one of many.
      if (Counts && innermostLoop(Fn, B) == Loop)
        Start = &E;
    }
  if (!Start || Starts != 1 || Declared)
    return;
  const std::string Name = Wait.Spelling.str().str();
  Finding Found;
  Found.Check = "runnel-wait-group-misuse";
  Found.Where = Wait.Where;
  Found.Symbol = Fn.Id.str().str() + "::" + Name;
  Found.Message = "'" + Name +
                  "' is waited for in the loop that starts the goroutines: " +
                  (Added ? "they run one at a time"
                         : "the first round waits for those that later rounds "
                           "would start");
  Found.Notes.push_back({Start->Where, "one is started here each time"});
  Found.Notes.push_back({Wait.Where, "wait after the loop"});
  // chan-blocked may see the same.
  Found.Topics.push_back("wait in " + Fn.Symbol.str().str() + " at " +
                         std::to_string(Wait.Where.Begin.Offset));
  Out.push_back(std::move(Found));
}

std::vector<Finding> Pass::run() {
  for (const ir::Function &Fn : P.module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What == ir::Op::CountWait && isGroup(Fn, E.Subject)) {
        addsLate(Fn, E);
        waitsEachTime(Fn, At, E);
      }
      // A group counts what it starts itself.
      if (E.What == ir::Op::Spawn && !isGroup(Fn, E.Subject)) {
        missesDone(Fn, E);
        addsInMethod(Fn, E);
      }
    });
  return std::move(Out);
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-wait-group-misuse", Level::Default,
                                 run);

} // namespace runnel
