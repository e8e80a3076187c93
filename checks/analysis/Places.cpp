//===- Places.cpp - Places by value, across functions ---------------------===//

#include "checks/analysis/Places.h"

#include "llvm/ADT/StringExtras.h"

namespace runnel::analysis {

using ir::Place;
using ir::Step;

// Longer paths come from recursion over linked data; no lock is named so.
static constexpr size_t MaxPath = 6;

static bool isNumber(llvm::StringRef Text) {
  return !Text.empty() && llvm::all_of(Text, llvm::isDigit);
}

bool isDefinite(const Place &P) {
  if (P.Root == Place::Unknown)
    return false;
  return llvm::all_of(P.Path, [](const Step &S) {
    return S.How != Step::Index || isNumber(S.Id);
  });
}

bool sameObject(const Place &A, const Place &B) {
  return isDefinite(A) && A.sameAs(B);
}

/// \p Base followed by the steps of \p Rest from number \p From on.
static Place extended(Place Base, const Place &Rest, size_t From = 0) {
  Base.Path.insert(Base.Path.end(), Rest.Path.begin() + From, Rest.Path.end());
  Base.Type = Rest.Type;
  if (Base.Path.size() > MaxPath) {
    Base.Root = Place::Unknown;
    Base.Index = 0;
    Base.Symbol = {};
    Base.Path.erase(Base.Path.begin(), Base.Path.end() - 1);
  }
  return Base;
}

Place normalized(const ir::Function &F, Place P) {
  if (F.Lambda && P.Root == Place::Capture && P.Index < F.Captures.size() &&
      F.Captures[P.Index].IsThis) {
    P.Root = Place::This;
    P.Index = 0;
  }
  return P;
}

/// Whether the call passes its arguments to \p Callee itself, rather than to
/// something that then calls \p Callee.
static bool passesArguments(const ir::Event &E, const ir::Function &Callee) {
  if (E.What != ir::Op::Call && E.What != ir::Op::Block)
    return false;
  return E.Callee == Callee.Symbol || E.callKind() == ir::CallKind::Virtual ||
         E.callKind() == ir::CallKind::Pointer ||
         E.callKind() == ir::CallKind::Function;
}

/// What the lambda's \p this is in the function it is written in.
static std::optional<Place> capturedThis(const ir::Function &Parent,
                                         const ir::Function &Lambda) {
  for (const ir::Capture &C : Lambda.Captures)
    if (C.IsThis && C.Source != ir::NoPlace)
      return normalized(Parent, Parent.place(C.Source));
  Place This;
  This.Root = Place::This;
  return This;
}

Place toCaller(const ir::Function &Caller, const ir::Event &E,
               const ir::Function &Callee, const Place &Given) {
  const Place P = normalized(Callee, Given);
  if (P.Root == Place::Unknown)
    return P;

  std::optional<Place> Base;
  switch (P.Root) {
  case Place::Global:
    return P;
  case Place::This:
    if (Callee.Lambda) {
      if (Callee.Parent == Caller.Symbol)
        Base = capturedThis(Caller, Callee);
    } else if (E.Subject != ir::NoPlace && passesArguments(E, Callee)) {
      Base = normalized(Caller, Caller.place(E.Subject));
    }
    break;
  case Place::Param:
    if (passesArguments(E, Callee) && P.Index < E.Args.size() &&
        E.Args[P.Index].Place != ir::NoPlace)
      Base = normalized(Caller, Caller.place(E.Args[P.Index].Place));
    break;
  case Place::Capture:
    if (Callee.Parent == Caller.Symbol && P.Index < Callee.Captures.size() &&
        Callee.Captures[P.Index].Source != ir::NoPlace)
      Base = normalized(Caller, Caller.place(Callee.Captures[P.Index].Source));
    break;
  case Place::Local:
  case Place::Result:
  case Place::Unknown:
    break;
  }
  if (Base)
    return extended(std::move(*Base), P);
  // The last step still tells the class of a lock.
  Place Lost;
  if (!P.Path.empty())
    Lost.Path.push_back(P.Path.back());
  if (Lost.Path.size() == 1 && Lost.Path[0].How == Step::Index &&
      P.Path.size() > 1)
    Lost.Path.insert(Lost.Path.begin(), P.Path[P.Path.size() - 2]);
  Lost.Type = P.Type;
  return Lost;
}

std::optional<Place> toCallee(const ir::Function &Caller, const ir::Event &E,
                              const ir::Function &Callee, const Place &Given) {
  const Place P = normalized(Caller, Given);
  if (P.Root == Place::Global)
    return P;
  if (P.Root == Place::Unknown)
    return std::nullopt;

  std::optional<Place> Best;
  size_t BestLength = 0;
  auto Consider = [&](const Place &Outer, Place::Kind Root, uint32_t Index) {
    if (!Outer.contains(P) || (Best && Outer.Path.size() <= BestLength))
      return;
    Place Base;
    Base.Root = Root;
    Base.Index = Index;
    Best = extended(Base, P, Outer.Path.size());
    BestLength = Outer.Path.size();
  };

  if (Callee.Lambda) {
    if (Callee.Parent != Caller.Symbol)
      return std::nullopt;
    for (uint32_t I = 0; I < Callee.Captures.size(); ++I) {
      const ir::Capture &C = Callee.Captures[I];
      if (C.IsThis && C.Source == ir::NoPlace) {
        Place This;
        This.Root = Place::This;
        Consider(This, Place::This, 0);
      } else if (C.Source != ir::NoPlace)
        Consider(normalized(Caller, Caller.place(C.Source)),
                 C.IsThis ? Place::This : Place::Capture, C.IsThis ? 0 : I);
    }
    return Best;
  }
  if (!passesArguments(E, Callee))
    return std::nullopt;
  if (E.Subject != ir::NoPlace)
    Consider(normalized(Caller, Caller.place(E.Subject)), Place::This, 0);
  for (uint32_t I = 0; I < E.Args.size(); ++I)
    if (E.Args[I].Place != ir::NoPlace && I < Callee.Params.size() &&
        (E.Args[I].ByReference || Callee.Params[I].Type.indirect()))
      Consider(normalized(Caller, Caller.place(E.Args[I].Place)), Place::Param,
               I);
  return Best;
}

/// The place a function returns a way to, if it is always the same one.
static const Place *accessorOf(const ir::Function &F) {
  const Place *Found = nullptr;
  unsigned Events = 0;
  for (const ir::Block &B : F.Blocks)
    for (const ir::Event &E : B.Events) {
      if (++Events > 16)
        return nullptr;
      if (E.What != ir::Op::Return)
        continue;
      if (!E.has(ir::ByReference) || E.Subject == ir::NoPlace)
        return nullptr;
      const Place &P = F.place(E.Subject);
      if (P.Root != Place::This && P.Root != Place::Global)
        return nullptr;
      if (Found && !Found->sameAs(P))
        return nullptr;
      Found = &P;
    }
  return Found;
}

Place resolveAccessors(const ir::Program &P, Place At) {
  for (size_t I = 0, Rounds = 0; I < At.Path.size() && Rounds < MaxPath;) {
    const ir::Function *F =
        At.Path[I].How == Step::Call ? P.function(At.Path[I].Symbol) : nullptr;
    const Place *Inner =
        F && F->Defined && !F->Virtual ? accessorOf(*F) : nullptr;
    if (!Inner) {
      ++I;
      continue;
    }
    ++Rounds;
    Place New = At;
    New.Path.resize(I);
    if (Inner->Root == Place::Global) {
      New = *Inner;
    } else {
      New = extended(New, *Inner);
    }
    New.Path.insert(New.Path.end(), At.Path.begin() + I + 1, At.Path.end());
    New.Type = At.Type;
    At = std::move(New);
  }
  return At;
}

LockClass lockClass(const ir::Function &F, const Place &Given) {
  const Place Lock = normalized(F, Given);
  LockClass C;
  size_t N = Lock.Path.size();
  while (N > 0 && Lock.Path[N - 1].How == Step::Index) {
    C.Element = true;
    --N;
  }
  if (N > 0) {
    if (Lock.Path[N - 1].How == Step::Field) {
      C.How = LockClass::Field;
      C.Symbol = Lock.Path[N - 1].Symbol;
    }
    return C;
  }
  switch (Lock.Root) {
  case Place::Global:
    C.How = LockClass::Global;
    C.Symbol = Lock.Symbol;
    break;
  case Place::Local:
    // A local that refers to a lock is not the lock.
    if (Lock.Index < F.Locals.size() && !F.Locals[Lock.Index].Type.indirect()) {
      C.How = LockClass::Local;
      C.Symbol = F.Symbol;
      C.Index = Lock.Index;
    }
    break;
  case Place::This:
    if (!F.Record.empty()) {
      C.How = LockClass::Object;
      C.Symbol = F.Record;
    }
    break;
  default:
    break;
  }
  return C;
}

bool isAlias(const ir::Program &P, const LockClass &C) {
  if (C.How != LockClass::Field)
    return false;
  const ir::Field *F = P.field(C.Symbol);
  return F && (F->Type.indirect() || F->Type.Is == ir::Role::SharedPointer);
}

std::string className(const ir::Program &P, const LockClass &C) {
  std::string Elements = C.Element ? "[]" : "";
  switch (C.How) {
  case LockClass::Field:
    if (const ir::Field *F = P.field(C.Symbol)) {
      const ir::Record *R = P.recordOfField(C.Symbol);
      return (R ? R->Id.str().str() + "::" : "") + F->Id.str().str() + Elements;
    }
    break;
  case LockClass::Global:
    if (const ir::Global *G = P.global(C.Symbol))
      return G->Id.str().str() + Elements;
    break;
  case LockClass::Local:
    if (const ir::Function *F = P.function(C.Symbol);
        F && C.Index < F->Locals.size())
      return F->Locals[C.Index].Id.str().str() + Elements;
    break;
  case LockClass::Object:
    if (const ir::Record *R = P.record(C.Symbol))
      return R->Id.str().str();
    break;
  case LockClass::Unknown:
    return "a lock";
  }
  return C.Symbol.str().str() + Elements;
}

std::string pretty(const ir::Function &F, const Place &P) {
  std::string Text;
  switch (P.Root) {
  case Place::This:
    break;
  case Place::Param:
    if (P.Index < F.Params.size())
      Text = F.Params[P.Index].Id.str();
    break;
  case Place::Local:
    if (P.Index < F.Locals.size())
      Text = F.Locals[P.Index].Id.str();
    break;
  case Place::Capture:
    if (P.Index < F.Captures.size() && !F.Captures[P.Index].IsThis)
      Text = F.Captures[P.Index].Id.str();
    break;
  case Place::Global:
    Text = (P.Id ? P.Id : P.Symbol).str();
    if (llvm::StringRef(Text).starts_with("c:"))
      Text = llvm::StringRef(Text).rsplit('@').second.str();
    break;
  case Place::Result:
  case Place::Unknown:
    break;
  }
  for (const Step &S : P.Path) {
    llvm::StringRef Id = S.Id.empty() && S.How != Step::Index
                             ? S.Symbol.str().rsplit(':').second
                             : S.Id.str();
    if (S.How == Step::Index) {
      Text += "[" + Id.str() + "]";
      continue;
    }
    if (!Text.empty())
      Text += ".";
    Text += Id.str();
    if (S.How == Step::Call)
      Text += "()";
  }
  return Text.empty() ? (P.Root == Place::This ? "*this" : "an object") : Text;
}

} // namespace runnel::analysis
