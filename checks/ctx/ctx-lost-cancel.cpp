//===- ctx-lost-cancel.cpp - Cancel sources dropped or let go -------------===//
//
// A cancel source cancels when it is destroyed. So it is lost in two ways: it
// dies before its context is done with, or it is released and nobody can cancel
// any more. Cancel functions that are plain function objects must be called on
// every path, as in Go.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Places.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel::ctx {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;
using ir::PlaceId;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : P(F.program()) {}

  std::vector<Finding> run() {
    for (const Function &Fn : P.module().Functions)
      if (Fn.Defined && !Fn.System)
        forEachEvent(Fn, [&](Point At, const Event &E) {
          if (E.What == Op::MakeContext && E.Text.str().starts_with("with_") &&
              E.Text != "with_value")
            look(Fn, At, E);
        });
    return std::move(Out);
  }

private:
  static bool isLocal(const Function &Fn, PlaceId Id) {
    return Id != ir::NoPlace && Fn.place(Id).Root == Place::Local;
  }

  void look(const Function &Fn, Point At, const Event &Made) {
    const std::string By = "'" + Made.Text.str().str() + "'";
    if (Made.Other == ir::NoPlace) {
      dropped(Fn, Made, By);
      keptAsPair(Fn, At, Made, By);
      return;
    }
    if (!isLocal(Fn, Made.Other))
      return;
    if (Fn.place(Made.Other).Type.Is != ir::Role::CancelSource) {
      uncalled(Fn, At, Made, By);
      return;
    }
    if (released(Fn, At, Made, By) || leaves(Fn, Made.Other))
      return;
    outlived(Fn, At, Made, By, Made.Subject, Made.Other);
  }

  /// The member of a pair that a place ends in: `.first`, `std::get<0>(...)`.
  static bool isFirst(const Place &At) {
    return At.Path.size() == 1 &&
           (At.Path[0].Id == "first" || At.Path[0].Id == "0");
  }

  /// auto both = with_timeout(ctx, d), of which the context alone goes on.
  void keptAsPair(const Function &Fn, Point At, const Event &Made,
                  const std::string &By) {
    if (!isLocal(Fn, Made.Subject) || !Fn.place(Made.Subject).Path.empty())
      return;
    PlaceId Context = ir::NoPlace;
    for (PlaceId Id = 0; Id < Fn.Places.size(); ++Id)
      if (Fn.place(Id).sameRoot(Fn.place(Made.Subject)) &&
          isFirst(Fn.place(Id)))
        Context = Id;
    if (Context == ir::NoPlace)
      return;
    // Whoever gets the other half, or all of it, may keep it.
    auto Other = [&](PlaceId Id) {
      return Id != ir::NoPlace && Id != Context &&
             Fn.place(Id).sameRoot(Fn.place(Made.Subject));
    };
    bool Shared = false;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (&E == &Made || E.What == Op::Declare || E.What == Op::ScopeEnd)
        return;
      Shared |= Other(E.Subject) || Other(E.Other) ||
                llvm::any_of(E.Args, [&](const ir::Operand &O) {
                  return Other(O.Place);
                });
    });
    if (!Shared)
      outlived(Fn, At, Made, By, Context, Made.Subject);
  }

  static std::string name(const Function &Fn, PlaceId Id) {
    return "'" + pretty(Fn, Fn.place(Id)) + "'";
  }

  Finding &start(const Function &Fn, ir::Range Where, std::string Message) {
    Finding Found;
    Found.Check = "runnel-ctx-lost-cancel";
    Found.Where = Where;
    Found.Symbol = Fn.Id.str().str();
    Found.Message = std::move(Message);
    Out.push_back(std::move(Found));
    return Out.back();
  }

  /// with_timeout(ctx, d).first: the source dies with the statement.
  void dropped(const Function &Fn, const Event &Made, const std::string &By) {
    if (Made.Subject == ir::NoPlace ||
        Fn.place(Made.Subject).Root != Place::Unknown)
      return;
    // Only if the pair is taken apart right here.
    const Event *Taken = nullptr;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (E.What == Op::Access && E.Subject != ir::NoPlace &&
          Fn.place(E.Subject).sameRoot(Fn.place(Made.Subject)) &&
          isFirst(Fn.place(E.Subject)) &&
          E.Where.Begin.File == Made.Where.Begin.File &&
          E.Where.Begin.Offset <= Made.Where.Begin.Offset &&
          Made.Where.endOffset() <= E.Where.endOffset())
        Taken = &E;
    });
    if (!Taken)
      return;
    Finding &Found =
        start(Fn, Made.Where,
              "the context that " + By +
                  " makes has ended at once: its cancel source is a temporary, "
                  "which cancels it when it is destroyed");
    Found.Notes.push_back({Taken->Where, "only the context is kept here"});
    Found.Notes.push_back({Made.Where, "keep both: auto [ctx, cancel] = " +
                                           Made.Text.str().str() + "(...)"});
    for (const ir::Variable &V : Fn.Locals) {
      ir::Range Front = V.Declaration;
      if (V.Type.Is != ir::Role::Context || V.Type.indirect() ||
          !Front.editable() || !Taken->Where.editable() ||
          Front.Begin.Offset > Made.Where.Begin.Offset ||
          Taken->Where.endOffset() + 1 != Front.endOffset() ||
          V.Where.Begin.Offset > Taken->Where.Begin.Offset)
        continue;
      Front.Length = Made.Where.Begin.Offset - Front.Begin.Offset;
      ir::Range Member = behind(Made.Where);
      Member.Length = Taken->Where.endOffset() - Made.Where.endOffset();
      const std::string Name = V.Id.str().str();
      Found.Fixes.push_back(
          {"keep the cancel source",
           {{Front, "auto [" + Name + ", cancel_" + Name + "] = "},
            {Member, ""}}});
    }
  }

  /// cancel.release() without a deadline that ends the context.
  bool released(const Function &Fn, Point At, const Event &Made,
                const std::string &By) {
    bool IsReleased = false;
    forEachEvent(Fn, [&](Point Then, const Event &E) {
      if (E.What != Op::GuardRelease || E.Subject != Made.Other)
        return;
      IsReleased = true;
      if (Made.Text != "with_cancel" && Made.Text != "with_cancel_cause")
        return;
      const bool Reached =
          nextAfter(
              Fn, At, [&](const Event &Each) { return &Each == &E; },
              [&](const Event &Each) {
                return Each.What == Op::Cancel && Each.Subject == Made.Other;
              }) == Then;
      if (!Reached)
        return;
      Finding &Found =
          start(Fn, E.Where,
                "nobody can cancel " + name(Fn, Made.Subject) + " after " +
                    name(Fn, Made.Other) +
                    " is released: what waits for it waits until its parent "
                    "ends, if ever");
      Found.Notes.push_back({Made.Where, "made by " + By + " here"});
      Found.Notes.push_back(
          {E.Where, "keep the source, or move it to whoever is to cancel"});
      if (E.Statement.editable() && E.Statement.Begin == E.Where.Begin &&
          E.Statement.Length <= E.Where.Length + 1)
        Found.Fixes.push_back(
            {"cancel at the end of the scope", {{E.Statement, ""}}});
    });
    return IsReleased;
  }

  /// The source is handed to somebody: moved, captured, returned, passed.
  bool leaves(const Function &Fn, PlaceId Source) const {
    bool Leaves = false;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (E.What == Op::MakeContext)
        return;
      if ((E.What == Op::Return || E.What == Op::Escape) && E.Subject == Source)
        Leaves = true;
      if (E.What == Op::Access && E.Subject == Source &&
          E.has(ir::Moved | ir::AddressTaken))
        Leaves = true;
      for (const ir::Operand &O : E.Args)
        Leaves |= O.Place == Source;
    });
    return Leaves;
  }

  static bool waits(const Event &E) {
    switch (E.What) {
    case Op::Join:
    case Op::CountWait:
    case Op::Recv:
    case Op::Send:
    case Op::Select:
    case Op::Wait:
    case Op::Block:
    case Op::Suspend:
    case Op::Call:
    case Op::Throw:
      return !(E.What == Op::Call && E.has(ir::SystemCallee));
    default:
      return false;
    }
  }

  bool waitsAtTheEnd(const Function &Fn) const {
    return llvm::any_of(Fn.Locals, [](const ir::Variable &V) {
      return V.Type.Is == ir::Role::Group ||
             V.Type.Is == ir::Role::JoiningThread ||
             V.Type.Is == ir::Role::ThreadPool ||
             V.Type.ElementIs == ir::Role::JoiningThread;
    });
  }

  /// The context goes on when the source is gone.
  void outlived(const Function &Fn, Point At, const Event &Made,
                const std::string &By, PlaceId Context, PlaceId Source) {
    if (!isLocal(Fn, Context) || Fn.Main)
      return;
    forEachEvent(Fn, [&](Point Then, const Event &E) {
      if (Told.count({&Fn, Context}))
        return;
      std::string How;
      if (E.What == Op::Return && E.Subject == Context)
        How = "is returned";
      else if (E.What == Op::Assign && E.Args.size() == 1 &&
               E.Args[0].Place == Context && E.Subject != ir::NoPlace &&
               Fn.place(E.Subject).Root != Place::Local &&
               Fn.place(E.Subject).Root != Place::Unknown &&
               Fn.place(E.Subject).Root != Place::Result)
        How = "is kept in " + name(Fn, E.Subject);
      else if (E.What == Op::Spawn &&
               E.spawnKind() == ir::SpawnKind::Goroutine &&
               E.Subject == ir::NoPlace && carries(Fn, E, Context) &&
               !waitsAtTheEnd(Fn) && reachesEnd(Fn, Then, waits))
        How = "goes with a goroutine that nothing waits for";
      if (How.empty() ||
          !nextAfter(
              Fn, At, [&](const Event &Each) { return &Each == &E; },
              [](const Event &) { return false; }))
        return;
      Told.insert({&Fn, Context});
      Finding &Found =
          start(Fn, E.Where,
                name(Fn, Context) + " " + How + ", and ends when " +
                    name(Fn, Source) + " goes out of scope, which cancels it");
      Found.Notes.push_back({Made.Where, "both are made by " + By + " here"});
      Found.Notes.push_back(
          {E.Where, "move the cancel source to where the context is kept"});
    });
  }

  /// The goroutine gets the context, as an argument or a capture.
  bool carries(const Function &Fn, const Event &Spawn, PlaceId Context) const {
    for (const ir::Operand &O : Spawn.Args)
      if (O.Place == Context)
        return true;
    const Function *Body = Spawn.Callee ? P.function(Spawn.Callee) : nullptr;
    return Body && Body->Lambda && Body->Parent == Fn.Symbol &&
           llvm::any_of(Body->Captures, [&](const ir::Capture &C) {
             return C.Source == Context;
           });
  }

  /// A cancel function that is no RAII object: called on every path, or handed
  /// on.
  void uncalled(const Function &Fn, Point At, const Event &Made,
                const std::string &By) {
    if (Fn.place(Made.Other).Type.Is != ir::Role::Function)
      return;
    auto Uses = [&](const Event &E) {
      if (E.What == Op::ScopeEnd || E.What == Op::Declare)
        return false;
      const bool Cares = E.Subject == Made.Other || E.Other == Made.Other ||
                         llvm::any_of(E.Args, [&](const ir::Operand &O) {
                           return O.Place == Made.Other;
                         });
      return Cares || E.What == Op::Throw;
    };
    if (!reachesEnd(Fn, At, Uses))
      return;
    Finding &Found =
        start(Fn, Made.Where,
              name(Fn, Made.Other) +
                  " is not called on every path: the context that " + By +
                  " makes holds on to its parent until that ends");
    Found.Notes.push_back({Made.Where, "call it in the destructor of a local, "
                                       "so that every way out does"});
  }

  const ir::Program &P;
  std::set<std::pair<const Function *, PlaceId>> Told;
  std::vector<Finding> Out;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-ctx-lost-cancel", Level::Default, run);

} // namespace runnel::ctx
