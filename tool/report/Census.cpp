//===- Census.cpp - Every mutex, and what to do with it -------------------===//

#include "tool/report/Census.h"

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/LockGraph.h"
#include "checks/analysis/Scope.h"
#include "checks/share/Pattern.h"
#include "checks/web/Web.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace runnel::tool {

using analysis::LockClass;

namespace {
class Counter {
public:
  explicit Counter(const analysis::Facts &F) : F(F), P(F.program()) {}
  Census run();

private:
  struct Entry {
    Census::Mutex Mutex;
    bool Local = false;
  };
  void declare();
  void add(const LockClass &C, const ir::TypeRef &T, const ir::Range &Where,
           std::string Name);
  void sections();
  void guarded();
  void say(const LockClass &C, Census::Verdict V, const std::string &Why,
           const std::string &Check);
  void replaced();
  void ordered();
  void exposed();
  void wide();
  void kept();
  std::vector<Finding> findings(llvm::StringRef Check) const {
    const CheckInfo *Info = findCheck(Check);
    return Info ? Info->Run(F, Options()) : std::vector<Finding>();
  }

  const analysis::Facts &F;
  const ir::Program &P;
  std::map<LockClass, Entry> All;
  std::map<LockClass, std::vector<ir::Name>> Data;
};

std::string place(const ir::Range &R) {
  return R.Begin.File.str().str() + ":" + std::to_string(R.Begin.Line);
}

bool isLock(const ir::TypeRef &T) {
  return T.Is == ir::Role::Lock && !T.indirect();
}
} // namespace

void Counter::add(const LockClass &C, const ir::TypeRef &T,
                  const ir::Range &Where, std::string Name) {
  Entry &E = All[C];
  E.Mutex.Name = std::move(Name);
  E.Mutex.Type = T.Spelling.str();
  E.Mutex.Where = Where;
  E.Local = C.How == LockClass::Local;
}

void Counter::declare() {
  for (const ir::Record &R : P.module().Records) {
    // The lock in a lock is its affair.
    if (R.System || R.Lambda || (R.Traits & ir::LockWrapper))
      continue;
    for (const ir::Field &Field : R.Fields) {
      const bool Many = Field.Type.Is == ir::Role::Container &&
                        Field.Type.ElementIs == ir::Role::Lock;
      if (isLock(Field.Type) || Many)
        add({LockClass::Field, Field.Symbol, 0, Many || Field.Type.Array},
            Field.Type, Field.Where,
            R.Id.str().str() + "::" + Field.Id.str().str());
    }
  }
  for (const ir::Global &G : P.module().Globals)
    if (!G.System && isLock(G.Type) && !P.field(G.Symbol))
      add({LockClass::Global, G.Symbol, 0, G.Type.Array}, G.Type, G.Where,
          G.Id.str().str());
  for (const ir::Function &Fn : P.module().Functions)
    if (!Fn.System)
      for (uint32_t I = 0; I != Fn.Locals.size(); ++I)
        if (isLock(Fn.Locals[I].Type))
          add({LockClass::Local, Fn.Symbol, I, Fn.Locals[I].Type.Array},
              Fn.Locals[I].Type, Fn.Locals[I].Where,
              Fn.Id.str().str() + "::" + Fn.Locals[I].Id.str().str());
}

void Counter::sections() {
  for (const ir::Function *Fn : F.callGraph().functions())
    for (const analysis::CriticalSection &S : F.sections(*Fn))
      for (analysis::LockIndex I : S.Locks) {
        LockClass C = analysis::entityOf(P, *Fn, F.held(*Fn).lock(I));
        for (bool Many : {false, true}) {
          C.Element = Many;
          if (auto It = All.find(C); It != All.end())
            ++It->second.Mutex.Sections;
        }
      }
}

void Counter::guarded() {
  for (auto &[C, E] : All) {
    for (ir::Name Symbol : F.guardedBy().dataOf(C)) {
      Data[C].push_back(Symbol);
      if (const ir::Field *Field = P.field(Symbol))
        E.Mutex.Guards.push_back(Field->Id.str().str());
      else if (const ir::Global *G = P.global(Symbol))
        E.Mutex.Guards.push_back(G->Id.str().str());
    }
    llvm::sort(E.Mutex.Guards);
  }
}

void Counter::say(const LockClass &C, Census::Verdict V, const std::string &Why,
                  const std::string &Check) {
  auto It = All.find(C);
  if (It == All.end() || It->second.Mutex.Says != Census::Keep)
    return;
  It->second.Mutex.Says = V;
  It->second.Mutex.Why = Why;
  It->second.Mutex.Check = Check;
}

static const char *nameOf(share::Pattern::Kind K) {
  switch (K) {
  case share::Pattern::Queue:
    return "handrolled-queue";
  case share::Pattern::Mailbox:
    return "mailbox";
  case share::Pattern::Event:
    return "one-shot-event";
  case share::Pattern::CountedJoin:
    return "counted-join";
  case share::Pattern::Permits:
    return "counted-permits";
  }
  return "";
}

void Counter::replaced() {
  for (const share::Pattern &Found : share::findPatterns(F)) {
    auto It = All.find(Found.Lock);
    if (It == All.end())
      continue;
    // What else it guards, it has to go on guarding.
    bool Else = false;
    for (ir::Name Symbol : Data[Found.Lock]) {
      auto Part = [&](const analysis::Entity &E) { return E.Symbol == Symbol; };
      const ir::Field *Field = P.field(Symbol);
      const bool Helper = Field && Field->Type.Scalar;
      Else |= !Part(Found.Data) && !llvm::any_of(Found.Flags, Part) && !Helper;
    }
    if (Else)
      continue;
    const std::string What = analysis::nameOf(P, Found.Data);
    std::string Why;
    switch (Found.What) {
    case share::Pattern::Queue:
      Why = "hands the values of '" + What + "' from '" + Found.Put.function() +
            "' to '" + Found.Take.function() + "' (question 1): a channel";
      break;
    case share::Pattern::Mailbox:
      Why = "hands over one value, '" + What +
            "' (question 1): a channel of capacity 1";
      break;
    case share::Pattern::Event:
      Why = "tells that '" + What +
            "' has happened (question 3): a channel that is closed";
      break;
    case share::Pattern::CountedJoin:
      Why =
          "counts in '" + What + "' who is not done (question 3): a wait group";
      break;
    case share::Pattern::Permits:
      Why = "counts permits in '" + What + "' (question 3): a semaphore";
      break;
    }
    say(Found.Lock, Census::Replace, Why,
        std::string("runnel-share-") + nameOf(Found.What));
  }
}

void Counter::ordered() {
  const analysis::LockGraph &G = F.lockGraph();
  for (const std::vector<uint32_t> &Cycle : G.cycles()) {
    std::string Names;
    for (uint32_t Edge : Cycle)
      Names += (Names.empty() ? "'" : ", '") +
               analysis::className(P, G.nodes()[G.edges()[Edge].From]) + "'";
    for (uint32_t Edge : Cycle)
      say(G.nodes()[G.edges()[Edge].From], Census::Order,
          "is locked in a circle: " + Names, "runnel-web-lock-order-cycle");
  }
  for (const Finding &Found : findings("runnel-web-lock-web"))
    for (const web::Web &W : web::findWebs(F))
      for (const web::Owner &O : W.Owners)
        if (O.Where == Found.Where ||
            llvm::any_of(Found.Notes,
                         [&](const Note &N) { return N.Where == O.Where; }))
          for (const LockClass &C : O.Locks)
            say(C, Census::Order,
                "is part of a web of locks in which " +
                    std::to_string(W.score()) + " orders must be respected",
                "runnel-web-lock-web");
}

void Counter::exposed() {
  for (llvm::StringRef Check :
       {"runnel-lock-exposed", "runnel-lock-escaping-reference"})
    for (const Finding &Found : findings(Check))
      for (auto &[C, E] : All) {
        const ir::Range &Where = E.Mutex.Where;
        const bool Named =
            Found.Where == Where || Found.Symbol == C.Symbol.str() ||
            llvm::any_of(Found.Notes, [&](const Note &N) {
              return N.Where == Where &&
                     llvm::StringRef(N.Message).contains("declared");
            });
        if (Named)
          say(C, Census::MakePrivate,
              Check.ends_with("exposed")
                  ? "can be locked by code outside of its class or file"
                  : "is handed out by its class, see " + place(Found.Where),
              Check.str());
      }
}

void Counter::wide() {
  static constexpr std::pair<const char *, const char *> Checks[] = {
      {"runnel-scope-blocking-call", "is held across a call that blocks"},
      {"runnel-scope-channel-op", "is held across a channel operation"},
      {"runnel-scope-join", "is held while a thread is waited for"},
      {"runnel-scope-unknown-callee", "is held while unknown code is called"},
      {"runnel-scope-suspend", "is held across a suspension"},
      {"runnel-scope-too-wide", "is held longer than its data is used"},
  };
  for (const auto &[Check, Why] : Checks)
    for (const Finding &Found : findings(Check))
      for (const ir::Function *Fn : F.callGraph().functions()) {
        if (Fn->Whole.Begin.File != Found.Where.Begin.File ||
            Found.Where.Begin.Offset < Fn->Whole.Begin.Offset ||
            Found.Where.Begin.Offset >= Fn->Whole.endOffset())
          continue;
        for (const analysis::CriticalSection &S : F.sections(*Fn)) {
          auto At = [&](analysis::Point Pt) {
            const ir::Event &E = analysis::eventAt(*Fn, Pt);
            return E.Where == Found.Where || E.Statement == Found.Where;
          };
          if (!At(S.Begin) && llvm::none_of(S.Events, At))
            continue;
          for (analysis::LockIndex I : S.Locks)
            say(analysis::entityOf(P, *Fn, F.held(*Fn).lock(I)), Census::Narrow,
                std::string(Why) + ", see " + place(Found.Where), Check);
        }
      }
}

void Counter::kept() {
  for (auto &[C, E] : All) {
    Census::Mutex &M = E.Mutex;
    if (M.Says != Census::Keep)
      continue;
    if (!M.Guards.empty()) {
      M.Why = "guards ";
      for (size_t I = 0; I != std::min<size_t>(M.Guards.size(), 3); ++I)
        M.Why += (I ? ", '" : "'") + M.Guards[I] + "'";
      if (M.Guards.size() > 3)
        M.Why += " and " + std::to_string(M.Guards.size() - 3) + " more";
      M.Why += ", the internal state of one type (question 2)";
      if (C.How != LockClass::Field)
        M.Why = M.Why.substr(0, M.Why.find(", the internal")) +
                ", in one file (question 2)";
    } else if (M.Sections == 0) {
      M.Why = "is not locked by code that was seen";
    } else if (E.Local) {
      M.Why = "guards locals of one function (question 2)";
    } else {
      M.Why = "guards something that is no variable (question 2)";
    }
  }
}

Census Counter::run() {
  declare();
  sections();
  guarded();
  replaced();
  ordered();
  exposed();
  wide();
  kept();
  Census Out;
  for (auto &[C, E] : All)
    Out.Mutexes.push_back(std::move(E.Mutex));
  llvm::sort(Out.Mutexes, [](const Census::Mutex &A, const Census::Mutex &B) {
    return std::tie(A.Where, A.Name) < std::tie(B.Where, B.Name);
  });
  return Out;
}

Census Census::of(const analysis::Facts &F) { return Counter(F).run(); }

} // namespace runnel::tool
