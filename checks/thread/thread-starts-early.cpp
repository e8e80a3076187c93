//===- thread-starts-early.cpp - Threads that are there before the object -===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using namespace analysis;

static constexpr unsigned MaxDepth = 4;

namespace {
/// What code that runs on a thread does with the fields of one object.
struct FieldUses {
  std::map<ir::Name, std::pair<const ir::Function *, ir::Range>> Of;
  /// A virtual method called on the object: its symbol and the call.
  const ir::Event *Virtual = nullptr;

  void collect(const Facts &F, const ir::Record &R, const ir::Function &Fn,
               unsigned Depth);
  std::set<const ir::Function *> Seen;
};
} // namespace

void FieldUses::collect(const Facts &F, const ir::Record &R,
                        const ir::Function &Fn, unsigned Depth) {
  if (!Fn.Defined || !Seen.insert(&Fn).second)
    return;
  const ir::Program &P = F.program();
  auto Use = [&](ir::PlaceId Id, const ir::Range &Where) {
    if (Id == ir::NoPlace)
      return;
    ir::Place Pl = normalized(Fn, Fn.place(Id));
    // In a lambda without `this`, what it captured may be the object.
    if (Pl.Root != ir::Place::This || Pl.Path.empty() ||
        Pl.Path[0].How != ir::Step::Field)
      return;
    Of.try_emplace(Pl.Path[0].Symbol, &Fn, Where);
  };
  forEachEvent(Fn, [&](Point, const ir::Event &E) {
    if (E.What == ir::Op::ScopeEnd || E.What == ir::Op::Declare)
      return;
    Use(E.Subject, E.Where);
    Use(E.Other, E.Where);
    for (const ir::Operand &A : E.Args)
      Use(A.Place, E.Where);
    if (E.What == ir::Op::Call && E.callKind() == ir::CallKind::Virtual &&
        !Virtual &&
        (E.Subject == ir::NoPlace ||
         (normalized(Fn, Fn.place(E.Subject)).Root == ir::Place::This &&
          normalized(Fn, Fn.place(E.Subject)).Path.empty())))
      if (const ir::Function *Callee = P.function(E.Callee);
          Callee && P.isA(R.Symbol, Callee->Record))
        Virtual = &E;
  });
  if (Depth == 0)
    return;
  for (const CallEdge &Edge : F.callGraph().callees(Fn)) {
    const ir::Event &E = eventAt(Fn, Edge.At);
    // Methods of the same object, and lambdas that have its `this`.
    bool Same = Edge.Callee->Lambda;
    if (!Same && Edge.Callee->Record && P.isA(R.Symbol, Edge.Callee->Record))
      Same = E.Subject == ir::NoPlace ||
             (normalized(Fn, Fn.place(E.Subject)).Root == ir::Place::This &&
              normalized(Fn, Fn.place(E.Subject)).Path.empty());
    if (Same)
      collect(F, R, *Edge.Callee, Depth - 1);
  }
}

/// Moves the declaration of \p Thread behind the last field.
static std::optional<Fix> moveDown(const ir::Record &R,
                                   const ir::Field &Thread) {
  const ir::Field &Last = R.Fields.back();
  for (const ir::Field *F : {&Thread, &Last})
    if (!F->Declaration.editable() || F->Declaration.Length == 0 || F->Static)
      return std::nullopt;
  // Written as "std::thread worker_;", nothing more.
  const std::string Text =
      Thread.Type.Spelling.str().str() + " " + Thread.Id.str().str() + ";";
  if (Thread.Declaration.Length != Text.size() || Thread.Initialised ||
      Thread.TypeText.Length != Thread.Type.Spelling.str().size())
    return std::nullopt;
  ir::Range After = Last.Declaration;
  After.Begin.Offset = Last.Declaration.endOffset();
  After.Begin.Column += After.Length;
  After.Length = 0;
  const std::string Indent(
      Last.Declaration.Begin.Column ? Last.Declaration.Begin.Column - 1 : 0,
      ' ');
  return Fix{"declare '" + Thread.Id.str().str() + "' last",
             {{Thread.Declaration, ""}, {After, "\n" + Indent + Text}}};
}

namespace {
class Pass {
public:
  Pass(const Facts &F) : F(F), P(F.program()) {}
  std::vector<Finding> run();

private:
  void spawn(const ir::Function &Ctor, const ir::Record &R, Point At,
             const ir::Event &E);
  void inInitialiser(const ir::Function &Ctor, const ir::Record &R,
                     const ir::Field &Thread, const ir::Event &E,
                     const FieldUses &Uses);
  void inBody(const ir::Function &Ctor, const ir::Record &R, Point At,
              const ir::Event &E, const FieldUses &Uses);
  Finding begin(const ir::Function &Ctor, const ir::Range &Where) {
    Finding Found;
    Found.Check = "runnel-thread-starts-early";
    Found.Where = Where;
    Found.Symbol = Ctor.Id.str().str();
    return Found;
  }

  const Facts &F;
  const ir::Program &P;
  std::vector<Finding> Out;
};
} // namespace

void Pass::inInitialiser(const ir::Function &Ctor, const ir::Record &R,
                         const ir::Field &Thread, const ir::Event &E,
                         const FieldUses &Uses) {
  bool Later = false;
  for (const ir::Field &Field : R.Fields) {
    if (&Field == &Thread) {
      Later = true;
      continue;
    }
    auto Used = Uses.Of.find(Field.Symbol);
    if (!Later || Field.Static || Used == Uses.Of.end())
      continue;
    const std::string Name = Field.Id.str().str(),
                      Handle = Thread.Id.str().str();
    Finding Found = begin(Ctor, E.Where);
    Found.Message = "'" + Handle + "' is started before '" + Name +
                    "' exists, which it uses: members are made in the order "
                    "of their declarations";
    Found.Notes.push_back(
        {Field.Where, "'" + Name + "' is declared after '" + Handle + "'"});
    Found.Notes.push_back({Used->second.second, "the thread uses it here"});
    Found.Notes.push_back({Thread.Where, "declare '" + Handle +
                                             "' last: then it is started when "
                                             "all is there, and ends before "
                                             "anything goes"});
    if (auto Move = moveDown(R, Thread))
      Found.Fixes.push_back(std::move(*Move));
    Out.push_back(std::move(Found));
    return;
  }
}

void Pass::inBody(const ir::Function &Ctor, const ir::Record &R, Point At,
                  const ir::Event &E, const FieldUses &Uses) {
  // What the constructor sets afterwards, without a lock.
  const HeldLocks &Held = F.held(Ctor);
  auto Wanted = [&](const ir::Event &Each) {
    if (Each.What != ir::Op::Access || !Each.has(ir::Write) ||
        Each.has(ir::AtomicAccess | ir::Read))
      return false;
    const ir::Place &Pl = Ctor.place(Each.Subject);
    return Pl.Root == ir::Place::This && Pl.Path.size() == 1 &&
           Each.Subject != E.Subject && Pl.Type.Is != ir::Role::Thread &&
           Pl.Type.Is != ir::Role::JoiningThread &&
           Uses.Of.count(Pl.Path[0].Symbol) != 0;
  };
  if (auto Set = nextAfter(Ctor, At, Wanted,
                           [](const ir::Event &Each) {
                             // Whoever waits first, or tells the thread to go
                             // on, has thought of it.
                             return Each.What == ir::Op::Wait ||
                                    Each.What == ir::Op::Join ||
                                    Each.What == ir::Op::Recv ||
                                    Each.What == ir::Op::Send ||
                                    Each.What == ir::Op::CountWait ||
                                    Each.What == ir::Op::GuardBegin ||
                                    Each.What == ir::Op::Lock;
                           });
      Set && (Held.trivial() || Held.before(*Set).Holds.empty())) {
    const ir::Event &Write = eventAt(Ctor, *Set);
    const std::string Name = pretty(Ctor, Ctor.place(Write.Subject));
    Finding Found = begin(Ctor, Write.Where);
    Found.Message =
        "'" + Name + "' is set when the thread that uses it runs already";
    Found.Notes.push_back({E.Where, "the thread is started here"});
    Found.Notes.push_back(
        {Uses.Of.find(Ctor.place(Write.Subject).Path[0].Symbol)->second.second,
         "it uses '" + Name + "' here"});
    Found.Notes.push_back({E.Where, "start the thread last"});
    Out.push_back(std::move(Found));
    return;
  }
  // What overrides the method is made after this constructor.
  if (!Uses.Virtual || R.Final)
    return;
  const ir::Function *Callee = P.function(Uses.Virtual->Callee);
  const bool Overridden =
      llvm::any_of(P.derived(R.Symbol), [&](const ir::Record *D) {
        return llvm::any_of(D->Methods, [&](const ir::MethodRef &M) {
          const ir::Function *Fn = P.function(M.Symbol);
          return Fn && llvm::is_contained(Fn->Overrides, Callee->Symbol);
        });
      });
  if (!Overridden && Callee->Defined)
    return;
  Finding Found = begin(Ctor, E.Where);
  Found.Message = "the thread is started in the constructor of '" +
                  R.Id.str().str() + "' and calls '" + Callee->Id.str().str() +
                  "', which derived classes override and which are not there "
                  "yet";
  Found.Notes.push_back({Uses.Virtual->Where, "it is called here"});
  Found.Notes.push_back(
      {E.Where, "start the thread in a function that is called when the "
                "object is complete"});
  Out.push_back(std::move(Found));
}

void Pass::spawn(const ir::Function &Ctor, const ir::Record &R, Point At,
                 const ir::Event &E) {
  const ir::Function *Body = P.function(E.Callee);
  if (!Body || !Body->Defined)
    return;
  // A method needs to run on this object.
  if (!Body->Lambda && (!P.isA(R.Symbol, Body->Record) || E.Args.size() < 2 ||
                        E.Args[1].Place == ir::NoPlace ||
                        Ctor.place(E.Args[1].Place).Root != ir::Place::This))
    return;
  FieldUses Uses;
  Uses.collect(F, R, *Body, MaxDepth);
  const bool InBody = Ctor.Body.valid() &&
                      E.Where.Begin.File == Ctor.Body.Begin.File &&
                      E.Where.Begin.Offset > Ctor.Body.Begin.Offset &&
                      E.Where.Begin.Offset < Ctor.Body.endOffset();
  if (InBody)
    return inBody(Ctor, R, At, E, Uses);
  if (E.Subject == ir::NoPlace)
    return;
  const ir::Place &Pl = Ctor.place(E.Subject);
  if (Pl.Root != ir::Place::This || Pl.Path.empty())
    return;
  for (const ir::Field &Field : R.Fields)
    if (Field.Symbol == Pl.Path[0].Symbol)
      return inInitialiser(Ctor, R, Field, E, Uses);
}

std::vector<Finding> Pass::run() {
  for (const ir::Function &Fn : P.module().Functions) {
    const ir::Record *R = Fn.Constructor ? P.record(Fn.Record) : nullptr;
    if (!R)
      continue;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What == ir::Op::Spawn && E.spawnKind() != ir::SpawnKind::Callback)
        spawn(Fn, *R, At, E);
    });
  }
  return std::move(Out);
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-thread-starts-early", Level::Default,
                                 run);

} // namespace runnel
