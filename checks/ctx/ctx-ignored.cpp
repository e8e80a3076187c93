//===- ctx-ignored.cpp - Waiting without the context that was given -------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Places.h"
#include "checks/ctx/Contexts.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::ctx {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : P(F.program()) {}

  std::vector<Finding> run() {
    for (const Function &Fn : P.module().Functions)
      if (Fn.Defined && !Fn.System && !Fn.Incomplete)
        if (std::optional<Given> G = givenContext(Fn, /*Captures=*/false))
          look(Fn, *G);
    return std::move(Out);
  }

private:
  void look(const Function &Fn, const Given &G) {
    std::vector<const Event *> Waits;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (ignores(Fn, E, G))
        Waits.push_back(&E);
    });
    // A loop's body may stand before its head.
    llvm::sort(Waits, [](const Event *A, const Event *B) {
      return A->Where.Begin < B->Where.Begin;
    });
    if (!Waits.empty())
      tell(Fn, G, Waits);
  }

  bool ignores(const Function &Fn, const Event &E, const Given &G) const {
    if (E.has(ir::Try | ir::WithTimeout | ir::InPredicate))
      return false;
    switch (E.What) {
    case Op::Suspend:
      return E.Text.str().starts_with("sleep");
    case Op::Block:
      return E.Text == "sleep";
    case Op::Send:
    case Op::Recv:
      return E.Subject != ir::NoPlace && !G.is(Fn, E.Subject) &&
             mayWaitForEver(Fn, E, G);
    case Op::Select:
      return selectIgnores(Fn, E, G);
    default:
      return false;
    }
  }

  /// Neither the context nor time ends it.
  bool selectIgnores(const Function &Fn, const Event &E, const Given &G) const {
    if (E.Cases.empty())
      return false;
    return llvm::all_of(E.Cases, [&](const ir::SelectCase &C) {
      return (C.How == ir::SelectCase::Recv || C.How == ir::SelectCase::Send) &&
             C.Channel != ir::NoPlace && !derives(Fn, C.Channel, G) &&
             isForeign(Fn, C.Channel);
    });
  }

  /// The place is of the context, or of one made from it.
  bool derives(const Function &Fn, ir::PlaceId Id, const Given &G) const {
    if (G.is(Fn, Id))
      return true;
    const Place &At = Fn.place(Id);
    return At.Root == Place::Local && At.Index < Fn.Locals.size() &&
           (Fn.Locals[At.Index].Type.Is == ir::Role::Context ||
            madeWith(Fn, At.Index, G));
  }

  /// The local is initialised by something that was given the context.
  static bool madeWith(const Function &Fn, uint32_t Local, const Given &G) {
    const ir::Range &Declared = Fn.Locals[Local].Declaration;
    bool Made = false;
    forEachEvent(Fn, [&](Point, const Event &E) {
      Made |= E.Where.Begin.Offset >= Declared.Begin.Offset &&
              E.Where.endOffset() <= Declared.endOffset() && mentions(Fn, E, G);
    });
    return Made;
  }

  /// A channel that others have the other end of.
  static bool isForeign(const Function &Fn, ir::PlaceId Id) {
    const Place &At = Fn.place(Id);
    if (llvm::any_of(At.Path, [](const ir::Step &S) {
          return S.How != ir::Step::Field;
        }))
      return false;
    switch (At.Root) {
    case Place::Param:
      return At.Path.empty();
    case Place::This:
      return At.Path.size() <= 1;
    case Place::Global:
      return true;
    default:
      return false;
    }
  }

  bool isUsed(const Function &Fn, const Given &G) const {
    bool Used = false;
    forEachEvent(Fn, [&](Point, const Event &E) {
      Used |= mentions(Fn, E, G);
      if (const Function *Body = E.Callee ? P.function(E.Callee) : nullptr;
          Body && Body->Lambda && Body->Parent == Fn.Symbol)
        Used |= llvm::any_of(Body->Captures, [&](const ir::Capture &C) {
          return G.is(Fn, C.Source);
        });
    });
    for (const ir::Block &B : Fn.Blocks)
      Used |= G.is(Fn, B.Cond.Subject) ||
              llvm::any_of(B.Cond.Reads,
                           [&](ir::PlaceId Id) { return G.is(Fn, Id); });
    return Used;
  }

  bool mayWaitForEver(const Function &Fn, const Event &E,
                      const Given &G) const {
    const Place &At = Fn.place(E.Subject);
    if (!isForeign(Fn, E.Subject)) {
      // Its own channel: whoever has the other end was not told either.
      return At.Root == Place::Local && At.Path.empty() &&
             isMadeHere(Fn, E.Subject) && !isUsed(Fn, G) && E.What == Op::Recv;
    }
    // Whoever closes the channel ends the loop, and may do so for the context.
    if (E.has(ir::Ranged))
      return !isUsed(Fn, G);
    return !partnerKnows(Fn, E.Subject, G);
  }

  static bool isMadeHere(const Function &Fn, ir::PlaceId Channel) {
    bool Made = false;
    forEachEvent(Fn, [&](Point, const Event &E) {
      Made |= E.What == Op::MakeChannel &&
              (E.Subject == Channel || E.Other == Channel) &&
              !(E.has(ir::ValueKnown) && E.Value > 0);
    });
    return Made;
  }

  /// The same channel is given to somebody together with the context.
  bool partnerKnows(const Function &Fn, ir::PlaceId Channel,
                    const Given &G) const {
    bool Knows = false;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (E.What != Op::Spawn && E.What != Op::Call && E.What != Op::Closure)
        return;
      bool HasChannel = false, HasContext = false;
      for (const ir::Operand &O : E.Args) {
        HasChannel |= O.Place == Channel;
        HasContext |= G.is(Fn, O.Place);
      }
      Knows |= HasChannel && HasContext;
    });
    return Knows;
  }

  std::string what(const Function &Fn, const Event &E) const {
    switch (E.What) {
    case Op::Send:
      return "the send to '" + pretty(Fn, Fn.place(E.Subject)) + "'";
    case Op::Recv:
      return "the receive from '" + pretty(Fn, Fn.place(E.Subject)) + "'";
    case Op::Select:
      return "the select";
    default:
      return "the sleep";
    }
  }

  void tell(const Function &Fn, const Given &G,
            llvm::ArrayRef<const Event *> Waits) {
    const Event &E = *Waits.front();
    const std::string Name = G.Name.str().str();
    Finding Found;
    Found.Check = "runnel-ctx-ignored";
    Found.Where = E.Where;
    Found.Symbol = Fn.Id.str().str();
    Found.Message =
        what(Fn, E) + " goes on waiting when '" + Name + "' has ended";
    Found.Notes.push_back({G.Where, "the context it was given"});
    for (const Event *More : Waits.drop_front().take_front(4))
      Found.Notes.push_back({More->Where, "so does " + what(Fn, *More)});
    Found.Notes.push_back(
        {E.Where, E.What == Op::Suspend || E.What == Op::Block
                      ? "select on " + Name + ".done() and on_timeout(...)"
                      : "select on the channel and on " + Name + ".done()"});
    addFix(Fn, Waits, Name, Found);
    Out.push_back(std::move(Found));
  }

  void addFix(const Function &Fn, llvm::ArrayRef<const Event *> Waits,
              const std::string &Name, Finding &Found) const {
    Fix Change;
    Change.Description = "wait for '" + Name + "' too";
    for (const Event *E : Waits)
      if (!edit(Fn, *E, Name, Change.Edits))
        return;
    Found.Fixes.push_back(std::move(Change));
  }

  static bool edit(const Function &Fn, const Event &E, const std::string &Name,
                   std::vector<Edit> &Edits) {
    if (!E.Where.editable() || E.Spelling.empty())
      return false;
    ir::Range Front = E.Where;
    Front.Length = E.Spelling.str().size();
    const std::string Done = "runnel::on_recv(" + Name + ".done())";
    if (E.What == Op::Suspend && E.Spelling.str().ends_with("sleep_for")) {
      Edits.push_back(
          {Front, "runnel::select(" + Done + ", runnel::on_timeout"});
      Edits.push_back({behind(E.Where), ")"});
      return true;
    }
    // `out.send(v);`, a statement of its own.
    if (E.What != Op::Send || E.Args.size() != 1 || Fn.Lambda ||
        Fn.Result.Spelling != "void" || Fn.place(E.Subject).Type.Pointer ||
        !E.Statement.editable() || !(E.Statement.Begin == E.Where.Begin) ||
        E.Statement.Length != E.Where.Length + 1)
      return false;
    ir::Range Method = behind(Front), Semicolon = behind(E.Where);
    Method.Length = 6; // ".send("
    Semicolon.Length = 1;
    if (Method.endOffset() >= E.Where.endOffset())
      return false;
    Edits.push_back(
        {beforeOf(E.Where), "{ if (runnel::select(runnel::on_send("});
    Edits.push_back({Method, ", "});
    Edits.push_back({Semicolon, ", " + Done + ").index() == 1) return; }"});
    return true;
  }

  const ir::Program &P;
  std::vector<Finding> Out;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-ctx-ignored", Level::Default, run);

} // namespace runnel::ctx
