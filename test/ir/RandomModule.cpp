//===- RandomModule.cpp - Canonical modules made from a seed --------------===//

#include "RandomModule.h"

#include "checks/ir/Words.h"

#include "llvm/ADT/Twine.h"

#include <random>

namespace runnel::ir::test {

namespace {

class Maker {
public:
  explicit Maker(uint64_t Seed) : Bits(Seed) {}

  Module module() {
    Module M;
    M.MainFiles.push_back(file());
    M.HasErrors = chance(10);
    M.BeforeCxx17 = chance(10);
    M.BeforeCxx20 = chance(10);
    repeat(4, [&] { M.Records.push_back(record()); });
    repeat(4, [&] { M.Globals.push_back(global()); });
    repeat(6, [&] { function(M, {}); });
    repeat(3, [&] { M.Suppressions.push_back(suppression()); });
    M.canonicalize();
    return M;
  }

private:
  uint32_t below(uint32_t N) { return Bits() % N; }
  bool chance(uint32_t Percent) { return below(100) < Percent; }
  template <typename F> void repeat(uint32_t UpTo, F Do) {
    for (uint32_t I = below(UpTo + 1); I; --I)
      Do();
  }
  template <typename E> E pick(llvm::ArrayRef<Word> Words) {
    return static_cast<E>(Words[below(Words.size())].Value);
  }
  uint32_t mask(llvm::ArrayRef<Word> Words) {
    uint32_t Mask = 0;
    repeat(2, [&] { Mask |= Words[below(Words.size())].Value; });
    return Mask;
  }
  template <typename T> void set(T &Of, llvm::ArrayRef<Flag<T>> Flags) {
    repeat(3, [&] { Of.*Flags[below(Flags.size())].Member = true; });
  }

  Name file() {
    static const char *Files[] = {"src/a.cpp", "src/b.h", "/usr/include/c",
                                  "odd \"name\".cpp"};
    return Files[below(4)];
  }
  Name name() {
    static const char *Names[] = {
        "mu",         "data",         "Store",
        "c:@S@Store", "operator->",   "a b",
        "x:",         "if",           "_",
        "std::mutex", "\n\t\"\\",     "~Store",
        "vector<T>",  "\x01\x7f-end", "\xc3\xa9t\xc3\xa9",
        "lock",       "this",         "bb0",
        "goto",       "12",           "a'b",
        "nowhere",    "param",        "c:@N@x@y#&1$"};
    return Names[below(std::size(Names))];
  }
  Name maybeName() { return chance(30) ? Name() : name(); }
  Name symbol(const char *Kind) {
    return (llvm::Twine(Kind) + "." + name().str()).str();
  }
  int64_t integer() {
    switch (below(6)) {
    case 0:
      return INT64_MIN;
    case 1:
      return INT64_MAX;
    case 2:
      return -1;
    default:
      return below(9);
    }
  }
  Range range() {
    if (chance(30))
      return {};
    Range R;
    R.Begin.File = file();
    R.Begin.Line = below(40);
    R.Begin.Column = below(80);
    R.Begin.Offset =
        chance(80) ? R.Begin.Line * 50 + R.Begin.Column : below(UINT32_MAX);
    R.Length = below(20);
    R.InMacro = chance(20);
    return R;
  }
  TypeRef type() {
    TypeRef T;
    if (chance(15))
      return T;
    T.Spelling = maybeName();
    if (chance(40))
      return T;
    T.Record = maybeName();
    T.Is = chance(50) ? Role::Data : pick<Role>(roleWords());
    T.Traits = mask(traitWords());
    T.Element = maybeName();
    T.ElementIs = chance(50) ? Role::Data : pick<Role>(roleWords());
    set(T, typeFlags());
    return T;
  }
  Record record() {
    Record R;
    // A few symbols, so that names of types and scopes find records.
    R.Symbol = chance(50) ? name() : symbol("R");
    R.Id = chance(50) ? R.Symbol : maybeName();
    R.Outer = chance(20) ? name() : Name();
    R.Visible = pick<Access>(accessWords());
    R.Is = chance(70) ? Role::Data : pick<Role>(roleWords());
    R.Traits = mask(traitWords());
    set(R, recordFlags());
    repeat(2, [&] {
      R.Bases.push_back({name(), pick<Access>(accessWords()), chance(30)});
    });
    repeat(2, [&] { R.Friends.push_back(name()); });
    repeat(4, [&] {
      Field F;
      F.Id = name();
      F.Symbol = chance(70) ? Name((R.Symbol.str() + "::" + F.Id.str()).str())
                            : maybeName();
      F.Type = type();
      F.Visible = pick<Access>(accessWords());
      set(F, fieldFlags());
      F.GuardedBy = chance(80) ? Name() : name();
      F.Where = range();
      F.Declaration = range();
      F.TypeText = range();
      R.Fields.push_back(F);
    });
    repeat(3,
           [&] { R.Methods.push_back({name(), pick<Access>(accessWords())}); });
    R.Where = range();
    R.Body = range();
    return R;
  }
  Global global() {
    Global G;
    G.Symbol = symbol("G");
    G.Id = chance(50) ? G.Symbol : maybeName();
    G.Type = type();
    set(G, globalFlags());
    G.Function = chance(80) ? Name() : name();
    G.GuardedBy = chance(80) ? Name() : name();
    G.Where = range();
    G.Declaration = range();
    return G;
  }
  Suppression suppression() {
    Suppression S;
    S.How = pick<Suppression::Kind>(suppressionWords());
    S.Comment = range();
    S.FirstLine = below(50);
    S.LastLine = chance(50) ? S.FirstLine : below(50);
    repeat(2, [&] { S.Globs.push_back(maybeName()); });
    S.Reason = maybeName();
    return S;
  }
  Variable variable() {
    Variable V;
    V.Id = maybeName();
    V.Type = type();
    V.NoInit = chance(20);
    if (chance(10))
      V.Bytes = chance(30) ? ir::UnknownSize : ir::LargeLocal + 1;
    V.Where = range();
    V.Declaration = range();
    V.TypeText = range();
    return V;
  }
  Place place(const Function &F) {
    Place P;
    P.Root = pick<Place::Kind>(placeWords());
    auto Among = [&](size_t N) {
      if (N == 0)
        P.Root = Place::This;
      else
        P.Index = below(N);
    };
    switch (P.Root) {
    case Place::This:
      break;
    case Place::Param:
      Among(F.Params.size());
      break;
    case Place::Local:
      Among(F.Locals.size());
      break;
    case Place::Capture:
      Among(F.Captures.size());
      break;
    case Place::Global:
      P.Symbol = symbol("G");
      P.Id = chance(70) ? Name() : name();
      break;
    case Place::Result:
    case Place::Unknown:
      P.Index = below(4);
      break;
    }
    repeat(2, [&] {
      Step S;
      S.How = static_cast<Step::Kind>(below(3));
      S.Id = maybeName();
      S.Symbol = S.How == Step::Index ? Name() : maybeName();
      P.Path.push_back(S);
    });
    P.Type = type();
    return P;
  }
  PlaceId placeOf(const Function &F) {
    return F.Places.empty() || chance(20) ? NoPlace : below(F.Places.size());
  }
  Operand operand(const Function &F) {
    Operand O;
    O.How = static_cast<Operand::Kind>(below(7));
    O.Place = placeOf(F);
    O.Symbol = maybeName();
    O.Value = integer();
    O.ByReference = chance(20);
    O.Moved = chance(20);
    return O;
  }
  Event event(const Function &F) {
    Event E;
    E.What = static_cast<Op>(below(static_cast<uint32_t>(Op::Throw) + 1));
    E.Flags = mask(flagWords()) | (chance(20) ? ValueKnown : FlagNone);
    E.Subject = placeOf(F);
    if (chance(30))
      E.Other = placeOf(F);
    repeat(2, [&] { E.Args.push_back(operand(F)); });
    if (chance(10))
      repeat(3, [&] {
        SelectCase C;
        C.How = pick<SelectCase::Kind>(selectCaseWords());
        C.Channel = placeOf(F);
        C.Value = operand(F);
        C.Handler = operand(F);
        C.Named = placeOf(F);
        C.Where = range();
        E.Cases.push_back(C);
      });
    E.Callee = maybeName();
    E.Text = chance(70) ? Name() : name();
    E.Spelling = chance(70) ? Name() : name();
    if (chance(40))
      E.Value = integer();
    E.Where = range();
    E.Statement = range();
    return E;
  }
  Block block(const Function &F, uint32_t Blocks) {
    Block B;
    repeat(4, [&] { B.Events.push_back(event(F)); });
    if (chance(50)) {
      B.Cond.What = static_cast<Condition::Kind>(below(8));
      B.Cond.Negated = chance(30);
      B.Cond.How = pick<Condition::Order>(orderWords());
      B.Cond.Subject = placeOf(F);
      B.Cond.Against = chance(70) ? NoPlace : placeOf(F);
      B.Cond.Value = chance(50) ? 0 : integer();
      B.Cond.Text = maybeName();
      repeat(2, [&] { B.Cond.Reads.push_back(placeOf(F)); });
    }
    B.Term = pick<Terminator>(terminatorWords());
    B.TermRange = range();
    repeat(3, [&] { B.Succs.push_back(below(Blocks)); });
    if (chance(20))
      for (size_t I = 0; I < B.Succs.size(); ++I) {
        bool Default = chance(50);
        B.CaseValues.push_back({Default, Default ? 0 : integer()});
      }
    B.Trips.What = static_cast<TripCount::Kind>(below(3));
    B.Trips.Value = integer();
    B.Trips.Text = maybeName();
    repeat(2, [&] { B.Trips.Reads.push_back(placeOf(F)); });
    B.Leaves = chance(30);
    B.Catch = chance(10);
    B.InTry = chance(10);
    return B;
  }
  void function(Module &M, Name Parent) {
    Function F;
    F.Symbol = symbol(Parent ? (Parent.str() + ".L").str().c_str() : "F");
    F.Parent = Parent;
    F.Id = chance(50) ? F.Symbol : maybeName();
    F.Record = maybeName();
    F.Visible = pick<Access>(accessWords());
    set(F, functionFlags());
    F.Result = type();
    repeat(3, [&] { F.Params.push_back(variable()); });
    repeat(3, [&] { F.Locals.push_back(variable()); });
    const Function *In = nullptr;
    for (const Function &G : M.Functions)
      if (G.Symbol == Parent)
        In = &G;
    repeat(2, [&] {
      Capture C;
      C.Id = maybeName();
      C.Type = type();
      set(C, captureFlags());
      C.Source = In ? placeOf(*In) : NoPlace;
      C.Where = range();
      F.Captures.push_back(C);
    });
    repeat(2, [&] { F.Overrides.push_back(name()); });
    repeat(6, [&] { F.Places.push_back(place(F)); });
    repeat(2, [&] {
      LockContract C;
      C.What = pick<LockContract::Kind>(contractWords());
      C.Shared = chance(30);
      C.Success = chance(80);
      C.Lock = placeOf(F);
      F.Contracts.push_back(C);
    });
    F.Where = range();
    F.Whole = range();
    F.Body = range();
    uint32_t Blocks = below(4);
    for (uint32_t I = 0; I < Blocks; ++I)
      F.Blocks.push_back(block(F, Blocks));
    for (const Function &G : M.Functions)
      if (G.Symbol == F.Symbol)
        return;
    M.Functions.push_back(F);
    if (chance(Parent ? 10 : 40))
      repeat(2, [&] { function(M, F.Symbol); });
  }

  std::mt19937_64 Bits;
};

} // namespace

Module randomModule(uint64_t Seed) { return Maker(Seed).module(); }

} // namespace runnel::ir::test
