//===- go-dangling-capture.cpp - Goroutines that outlive what they use ----===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

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
static const ir::Variable *dies(const ir::Function &F, const ir::Place &Pl) {
  const ir::Variable *V = nullptr;
  if (Pl.Root == ir::Place::Local && Pl.Index < F.Locals.size())
    V = &F.Locals[Pl.Index];
  else if (Pl.Root == ir::Place::Param && Pl.Index < F.Params.size())
    V = &F.Params[Pl.Index];
  if (!V || V->Type.indirect() || V->Type.Is == ir::Role::View)
    return nullptr;
  // A group or a thread that joins by itself waits when it is destroyed.
  if (V->Type.Is == ir::Role::Group || V->Type.Is == ir::Role::JoiningThread)
    return nullptr;
  return V;
}

namespace {
/// What the goroutine uses of a local, and how it got at it.
struct Dangling {
  const ir::Variable *Of = nullptr;
  const ir::Capture *By = nullptr; ///< null: an argument
  std::string Name;
  bool View = false; ///< a pointer or view that refers to it
};

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()), Waits(P) {}
  std::vector<Finding> run();

private:
  void spawn(const ir::Function &Fn, Point At, const ir::Event &E);
  bool changedMeanwhile(const ir::Function &Fn, Point At, const ir::Event &E);
  bool goneNextRound(const ir::Function &Fn, Point At, const ir::Event &E);
  std::optional<Dangling> captured(const ir::Function &Fn,
                                   const ir::Capture &C) const;
  std::optional<Fix> byValue(const ir::Function &Fn, Point At,
                             const ir::Function &Body,
                             llvm::ArrayRef<Dangling> All) const;

  const Facts &F;
  const ir::Program &P;
  MayWait Waits;
  std::vector<Finding> Out;
};
} // namespace

/// `v` of `string_view v = s;`, assigned once: the place of s.
static ir::PlaceId viewed(const ir::Function &F, ir::PlaceId View) {
  ir::PlaceId Of = ir::NoPlace;
  unsigned Times = 0;
  forEachEvent(F, [&](Point, const ir::Event &E) {
    if (E.What == ir::Op::Assign && E.Subject == View && E.Args.size() == 1) {
      ++Times;
      Of = E.Args[0].Place;
    }
  });
  return Times == 1 ? Of : ir::NoPlace;
}

std::optional<Dangling> Pass::captured(const ir::Function &Fn,
                                       const ir::Capture &C) const {
  if (C.IsThis || C.Source == ir::NoPlace)
    return std::nullopt;
  const bool View = C.Type.Pointer || C.Type.Is == ir::Role::View;
  const ir::Place *Pl = &Fn.place(C.Source);
  if (!C.ByReference) {
    if (!View)
      return std::nullopt;
    if (Pl->Type.Is == ir::Role::View && Pl->Path.empty()) {
      ir::PlaceId Of = viewed(Fn, C.Source);
      if (Of == ir::NoPlace)
        return std::nullopt;
      Pl = &Fn.place(Of);
    }
  }
  const ir::Variable *V = dies(Fn, *Pl);
  if (!V)
    return std::nullopt;
  for (const ir::Step &S : Pl->Path) {
    if (S.How != ir::Step::Call)
      continue;
    // The elements of a container go with it; what else a method returns may
    // be anybody's.
    const llvm::StringRef Id = S.Id.str();
    if (!View || V->Type.Is != ir::Role::Container ||
        (Id != "c_str" && Id != "data" && Id != "begin"))
      return std::nullopt;
  }
  // What an owner points to may be given to somebody else; a copied pointer to
  // a local array is one to its elements.
  if (!C.ByReference && V->Type.Is != ir::Role::Container &&
      V->Type.Is != ir::Role::Data)
    return std::nullopt;
  // A pointer that is a member of a local is no pointer to it.
  if (!C.ByReference && !Pl->Path.empty() && Pl->Type.Pointer &&
      Pl->Path.back().How == ir::Step::Field)
    return std::nullopt;
  return Dangling{V, &C, C.Id.str().str(), !C.ByReference};
}

/// Captures copies, or moves what nobody needs any more.
std::optional<Fix> Pass::byValue(const ir::Function &Fn, Point At,
                                 const ir::Function &Body,
                                 llvm::ArrayRef<Dangling> All) const {
  Fix Result;
  std::string Added;
  for (const Dangling &D : All) {
    if (!D.By || D.View)
      return std::nullopt;
    const ir::TypeRef &T = D.Of->Type;
    // What surely can be copied.
    if (!T.Scalar && T.Is != ir::Role::Container &&
        T.Is != ir::Role::SharedPointer && T.Is != ir::Role::Channel &&
        T.Is != ir::Role::Context)
      return std::nullopt;
    if (T.Array || D.By->Type.Array)
      return std::nullopt;
    // A copy that is changed is not what was meant.
    const size_t Index = D.By - Body.Captures.data();
    bool Changed = false;
    forEachEvent(Body, [&](Point, const ir::Event &E) {
      if (E.What == ir::Op::Access && E.has(ir::Write | ir::AddressTaken)) {
        const ir::Place &Pl = Body.place(E.Subject);
        Changed |= Pl.Root == ir::Place::Capture && Pl.Index == Index;
      }
    });
    if (Changed)
      return std::nullopt;
    const bool Later =
        nextAfter(
            Fn, At,
            [&](const ir::Event &E) {
              if (E.Subject == ir::NoPlace || E.What == ir::Op::ScopeEnd)
                return false;
              return Fn.place(E.Subject).sameRoot(Fn.place(D.By->Source));
            },
            [](const ir::Event &) { return false; })
            .has_value() ||
        inLoop(Fn, At.Block);
    // A capture with an initialiser needs C++14.
    const std::string Text =
        T.Is == ir::Role::Container && !Later && !P.module().BeforeCxx17
            ? D.Name + " = std::move(" + D.Name + ")"
            : D.Name;
    if (D.By->Implicit) {
      Added += ", " + Text;
      continue;
    }
    // "&name": the range is that of the name.
    ir::Range Where = D.By->Where;
    if (!Where.editable() || Where.Length != D.Name.size() ||
        Where.Begin.Column < 2)
      return std::nullopt;
    --Where.Begin.Offset;
    --Where.Begin.Column;
    ++Where.Length;
    Result.Edits.push_back({Where, Text});
  }
  if (!Added.empty()) {
    // Behind "[&".
    ir::Range Where = Body.Where;
    if (!Where.editable())
      return std::nullopt;
    Where.Begin.Offset += 2;
    Where.Begin.Column += 2;
    Where.Length = 0;
    Result.Edits.push_back({Where, Added});
  }
  Result.Description = "capture by value what the goroutine uses";
  return Result;
}

void Pass::spawn(const ir::Function &Fn, Point At, const ir::Event &E) {
  std::string Who = "goroutine";
  Point From = At;
  if (E.spawnKind() == ir::SpawnKind::Thread && E.Subject != ir::NoPlace) {
    // Detached, a thread is as free as a goroutine.
    auto Detached = nextAfter(
        Fn, At,
        [&](const ir::Event &Each) {
          return Each.What == ir::Op::Detach && Each.Subject == E.Subject;
        },
        [&](const ir::Event &Each) {
          return (Each.What == ir::Op::Join && Each.Subject == E.Subject) ||
                 Waits(Each);
        });
    if (!Detached)
      return;
    From = *Detached;
    Who = "detached thread";
  } else if (E.spawnKind() != ir::SpawnKind::Goroutine ||
             (E.Subject != ir::NoPlace &&
              Fn.place(E.Subject).Type.Is != ir::Role::WaitGroup)) {
    return;
  }
  if (!reachesEnd(Fn, From, Waits))
    return;
  std::vector<Dangling> All;
  const ir::Function *Body = P.function(E.Callee);
  if (Body && Body->Lambda)
    for (const ir::Capture &C : Body->Captures)
      if (auto D = captured(Fn, C))
        All.push_back(std::move(*D));
  // go(work, std::ref(n)), std::thread(work, &n)
  for (size_t I = 1; I < E.Args.size(); ++I) {
    const ir::Operand &A = E.Args[I];
    if (A.How != ir::Operand::PlaceArg || A.Place == ir::NoPlace ||
        !A.ByReference || A.Moved || !Fn.place(A.Place).Path.empty())
      continue;
    // Bound to a parameter of go() or std::thread, which copies: only what is
    // a reference for the callee, or a pointer, is one.
    const ir::Function *Callee = P.function(E.Callee);
    if (!Callee || Callee->Lambda || I - 1 >= Callee->Params.size() ||
        Callee->Record)
      continue;
    const ir::TypeRef &Param = Callee->Params[I - 1].Type;
    if (!Param.Pointer && !(Param.Reference && !Param.Const))
      continue;
    if (const ir::Variable *V = dies(Fn, Fn.place(A.Place)))
      // What an owner points to may be given to somebody else.
      if (Param.Reference || (V->Type.Is != ir::Role::OwningPointer &&
                              V->Type.Is != ir::Role::SharedPointer))
        All.push_back({V, nullptr, V->Id.str().str(), false});
  }
  if (All.empty())
    return;
  const Dangling &D = All.front();
  Finding Found;
  Found.Check = "runnel-go-dangling-capture";
  Found.Where = D.By && D.By->Where.valid() ? D.By->Where : E.Where;
  Found.Symbol = Fn.Id.str().str() + "::" + D.Name;
  if (D.View)
    Found.Message = "'" + D.Name + "' refers to '" + D.Of->Id.str().str() +
                    "' and is captured by a " + Who + " that may outlive it";
  else if (D.By)
    Found.Message = "'" + D.Name + "' is captured by reference by a " + Who +
                    " that may outlive it";
  else
    Found.Message =
        "a " + Who + " gets a way to '" + D.Name + "', which it may outlive";
  Found.Notes.push_back({E.Where, "the " + Who +
                                      " is started here, and nothing waits "
                                      "for it"});
  Found.Notes.push_back({D.Of->Where, "'" + D.Of->Id.str().str() +
                                          "' lives until the function "
                                          "returns"});
  Found.Notes.push_back(
      {E.Where, D.View ? "capture what it refers to, by value or moved in"
                       : "capture it by value or move it in, or wait for the "
                         "goroutine: a runnel::wait_group or group does"});
  if (Body && Body->Lambda)
    if (auto Fixed = byValue(Fn, At, *Body, All))
      Found.Fixes.push_back(std::move(*Fixed));
  Out.push_back(std::move(Found)); // one finding a goroutine
}

static const char *starts(ir::SpawnKind Kind) {
  switch (Kind) {
  case ir::SpawnKind::Goroutine:
    return "goroutine";
  case ir::SpawnKind::Thread:
    return "thread";
  default:
    return "task";
  }
}

/// `for (int i...) threads.emplace_back([&i] { ... })`: the loop goes on to
/// change what the thread looks at.
bool Pass::changedMeanwhile(const ir::Function &Fn, Point At,
                            const ir::Event &E) {
  const ir::Function *Body = P.function(E.Callee);
  if (!Body || !Body->Lambda)
    return false;
  for (const ir::Capture &C : Body->Captures) {
    if (!C.ByReference || C.IsThis || C.Source == ir::NoPlace)
      continue;
    const ir::Place &Pl = Fn.place(C.Source);
    const ir::Variable *V = dies(Fn, Pl);
    if (!V || !V->Type.Scalar || !Pl.Path.empty() ||
        V->Type.Is != ir::Role::Data)
      continue;
    // Waiting for anything may be waiting for the thread; a lock may be what
    // the thread takes as well.
    auto Changed = nextAfter(
        Fn, At,
        [&](const ir::Event &Each) {
          return Each.What == ir::Op::Access && Each.has(ir::Write) &&
                 Each.Subject != ir::NoPlace &&
                 Fn.place(Each.Subject).sameRoot(Pl);
        },
        [&](const ir::Event &Each) {
          return Waits(Each) ||
                 (Each.What == ir::Op::Declare && Each.Subject != ir::NoPlace &&
                  Fn.place(Each.Subject).sameRoot(Pl));
        });
    if (!Changed ||
        (!F.held(Fn).trivial() && !F.held(Fn).before(*Changed).Holds.empty()))
      continue;
    const Dangling D{V, &C, C.Id.str().str(), false};
    const std::string Who = starts(E.spawnKind());
    Finding Found;
    Found.Check = "runnel-go-dangling-capture";
    Found.Where = C.Where.valid() ? C.Where : E.Where;
    Found.Symbol = Fn.Id.str().str() + "::" + D.Name;
    Found.Message = "'" + D.Name + "' is captured by reference by a " + Who +
                    ", and changed while the " + Who + " runs";
    Found.Notes.push_back({E.Where, "the " + Who + " is started here"});
    Found.Notes.push_back(
        {rangeAt(Fn, *Changed), "'" + D.Name +
                                    "' is changed here, and nothing "
                                    "waits in between"});
    Found.Notes.push_back({E.Where, "capture it by value"});
    if (auto Fixed = byValue(Fn, At, *Body, D))
      Found.Fixes.push_back(std::move(*Fixed));
    Out.push_back(std::move(Found));
    return true;
  }
  return false;
}

/// What begins each round of the range-for whose scalar variable \p V is: those
/// are not declared by an event.
static const ir::Event *ofRange(const ir::Function &F, const ir::Variable &V,
                                ir::BlockId At) {
  if (!V.Type.Scalar)
    return nullptr;
  bool Declared = false;
  forEachEvent(F, [&](Point, const ir::Event &E) {
    Declared |= E.What == ir::Op::Declare && E.Subject != ir::NoPlace &&
                F.place(E.Subject).Root == ir::Place::Local &&
                &F.Locals[F.place(E.Subject).Index] == &V;
  });
  if (Declared)
    return nullptr;
  for (ir::BlockId B : innermostLoop(F, At)) {
    const ir::Block &Head = F.Blocks[B];
    if (Head.Term == ir::Terminator::RangeFor && !Head.Events.empty() &&
        Head.TermRange.Begin.File == V.Where.Begin.File &&
        Head.TermRange.Begin.Offset < V.Where.Begin.Offset &&
        V.Where.Begin.Offset < Head.TermRange.endOffset())
      return &Head.Events.front();
  }
  return nullptr;
}

/// `for (int id : ids) all.go([&] { use(id); });`: each round has a variable of
/// its own, which is gone when the round ends, however long others wait.
bool Pass::goneNextRound(const ir::Function &Fn, Point At, const ir::Event &E) {
  const ir::Function *Body = P.function(E.Callee);
  if (!Body || !Body->Lambda || !inLoop(Fn, At.Block))
    return false;
  for (const ir::Capture &C : Body->Captures) {
    if (!C.ByReference || C.IsThis || C.Source == ir::NoPlace ||
        Fn.place(C.Source).Root != ir::Place::Local)
      continue;
    const ir::Place &Pl = Fn.place(C.Source);
    const ir::Variable *V = dies(Fn, Pl);
    if (!V)
      continue;
    const ir::Event *Next = ofRange(Fn, *V, At.Block);
    if (!nextAfter(
            Fn, At,
            [&](const ir::Event &Each) {
              return &Each == Next || (Each.What == ir::Op::Declare &&
                                       Each.Subject != ir::NoPlace &&
                                       Fn.place(Each.Subject).sameRoot(Pl));
            },
            Waits))
      continue;
    const Dangling D{V, &C, C.Id.str().str(), false};
    const std::string Who = starts(E.spawnKind());
    Finding Found;
    Found.Check = "runnel-go-dangling-capture";
    Found.Where = C.Where.valid() ? C.Where : E.Where;
    Found.Symbol = Fn.Id.str().str() + "::" + D.Name;
    Found.Message = "'" + D.Name + "' is captured by reference by a " + Who +
                    ", and is gone when this round of the loop ends";
    Found.Notes.push_back(
        {E.Where, "the " + Who +
                      " is started here, and the round does not "
                      "wait for it"});
    Found.Notes.push_back(
        {V->Where, "each round has a '" + V->Id.str().str() + "' of its own"});
    Found.Notes.push_back({E.Where, "capture it by value"});
    if (auto Fixed = byValue(Fn, At, *Body, D))
      Found.Fixes.push_back(std::move(*Fixed));
    Out.push_back(std::move(Found));
    return true;
  }
  return false;
}

std::vector<Finding> Pass::run() {
  std::set<const ir::Event *> Said;
  for (const ir::Function &Fn : P.module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What == ir::Op::Spawn && E.spawnKind() != ir::SpawnKind::Callback &&
          (changedMeanwhile(Fn, At, E) || goneNextRound(Fn, At, E)))
        Said.insert(&E);
    });
  for (const ir::Function &Fn : P.module().Functions) {
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
      if (E.What == ir::Op::Spawn && !Said.count(&E))
        spawn(Fn, At, E);
    });
  }
  return std::move(Out);
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-go-dangling-capture", Level::Default,
                                 run);

} // namespace runnel
