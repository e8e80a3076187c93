//===- TextReader.cpp - A module from text: the module level --------------===//

#include "checks/ir/Serialize.h"
#include "checks/ir/TextParser.h"
#include "checks/ir/Verify.h"

#include "llvm/Support/FormatVariadic.h"

namespace runnel::ir {
namespace text {

bool Parser::accept(llvm::StringRef S) {
  if (Failed || !peek().is(S))
    return false;
  next();
  return true;
}

void Parser::expect(llvm::StringRef S) {
  if (!accept(S))
    fail("expected '" + S + "'");
}

void Parser::fail(const llvm::Twine &What) {
  if (Failed)
    return;
  Failed = true;
  const Token &T = peek();
  llvm::StringRef Before = Source.take_front(T.Text.data() - Source.data());
  size_t LastLine = Before.rfind('\n');
  Message = llvm::formatv("{0}:{1}:{2}: {3}", FileName, Before.count('\n') + 1,
                          Before.size() - LastLine, What);
  if (T.Is != Token::End)
    Message += llvm::formatv(", found '{0}'", T.Text.take_front(40)).str();
}

Name Parser::name() {
  if (peek().Is == Token::Word)
    return Name(next().Text);
  if (peek().Is == Token::String) {
    Token T = next();
    return T.Escaped ? Name(unescape(T.Text)) : Name(T.Text);
  }
  fail("expected a name");
  return {};
}

int64_t Parser::number() {
  int64_t Value = 0;
  if (peek().Is != Token::Number || peek().Text.getAsInteger(10, Value)) {
    fail("expected a number");
    return 0;
  }
  next();
  return Value;
}

uint32_t Parser::count() {
  uint32_t Value = 0;
  if (peek().Is != Token::Number || peek().Text.getAsInteger(10, Value)) {
    fail("expected a number without sign");
    return 0;
  }
  next();
  return Value;
}

bool Parser::range(Range &R) {
  if (Failed || peek().Is != Token::Location)
    return false;
  llvm::StringRef T = peek().Text.drop_front();
  auto Part = [&](uint32_t &Out) { return !T.consumeInteger(10, Out); };
  uint32_t A = 0, B = 0, C = 0;
  Name File = Here;
  bool Ok = Part(A) && T.consume_front(":") && Part(B);
  if (Ok && T.consume_front(":")) {
    Ok = Part(C);
    auto It = Files.find(A);
    if (Ok && It == Files.end()) {
      fail("no file has the number " + llvm::Twine(A));
      return false;
    }
    if (Ok) {
      File = It->second;
      A = B;
      B = C;
    }
  }
  R.Begin.File = File;
  R.Begin.Line = A;
  R.Begin.Column = B;
  if (T.consume_front("/")) {
    Ok = Ok && Part(R.Begin.Offset);
  } else if (auto It = LineStarts.find({File, A}); It != LineStarts.end()) {
    R.Begin.Offset = It->second + (B ? B - 1 : 0);
  } else {
    R.Begin.Offset = defaultOffset(A, B);
  }
  if (T.consume_front("+"))
    Ok = Ok && Part(R.Length);
  R.InMacro = T.consume_front("~");
  if (!Ok || !T.empty()) {
    fail("expected a location like @12:5 or @1:12:5+3");
    return false;
  }
  next();
  return true;
}

bool Parser::rangeAfter(llvm::StringRef What, Range &R) {
  if (!accept(What))
    return false;
  if (!range(R))
    fail("expected a location");
  return true;
}

bool Parser::ownRange(Range &R) {
  if (peek().Is != Token::Location)
    return false;
  if (range(R) && R.valid())
    Here = R.Begin.File;
  return true;
}

bool Parser::typeAttribute(TypeRef &T) {
  uint32_t Trait;
  if (flag(T, typeFlags()) || enumerator(roleWords(), T.Is))
    return true;
  if (enumerator(traitWords(), Trait)) {
    T.Traits |= Trait;
  } else if (accept("*")) {
    T.Pointer = true;
  } else if (accept("&")) {
    T.Reference = true;
  } else if (accept("traits")) {
    T.Traits |= count();
  } else if (accept("record")) {
    T.Record = name();
  } else if (accept("element")) {
    T.Element = name();
  } else if (accept("of")) {
    if (!enumerator(roleWords(), T.ElementIs))
      fail("expected a role");
  } else {
    return false;
  }
  return true;
}

TypeRef Parser::type(bool Inline) {
  Name Spelling = name();
  uint32_t N = accept("'") ? count() : 0;
  TypeRef T;
  if (auto It = Types.find({Spelling, N}); It != Types.end()) {
    T = It->second;
  } else {
    T.Spelling = Spelling;
    if (RecordSymbols.count(Spelling))
      T.Record = Spelling;
  }
  while (Inline && more() && typeAttribute(T))
    ;
  return T;
}

std::vector<Name> Parser::nameList() {
  std::vector<Name> Names;
  expect("(");
  while (!Failed && !accept(")")) {
    Names.push_back(name());
    if (!peek().is(")"))
      expect(",");
  }
  return Names;
}

void Parser::findEntities() {
  while (peek().Is != Token::End) {
    if (peek().Is != Token::Word) {
      fail("expected an entity");
      return;
    }
    Entities.push_back({peek().Text, At});
    size_t Depth = 0;
    do {
      Depth += peek().is("{");
      if (peek().is("}") && Depth)
        --Depth;
      next();
    } while (peek().Is != Token::End && (Depth || !peek().FirstOnLine));
  }
}

void Parser::typeTable() {
  TypeRef T;
  T.Spelling = name();
  uint32_t N = accept("'") ? count() : 0;
  accept("=");
  while (more() && typeAttribute(T))
    ;
  Types[{T.Spelling, N}] = T;
}

void Parser::lineTable() {
  uint32_t File = count();
  expect(":");
  while (more()) {
    uint32_t Line = count();
    expect("=");
    LineStarts[{Files[File], Line}] = count();
  }
}

void Parser::tables() {
  auto Each = [&](llvm::StringRef What, auto Read) {
    for (const Entity &E : Entities)
      if (E.Word == What && !Failed) {
        At = E.Begin + 1;
        Read();
        if (!Failed && !peek().FirstOnLine && !peek().is("{") &&
            What != "record")
          fail("expected the end of the line");
      }
  };
  Each("runnel-ir", [&] {
    if (count() != 1)
      fail("this version of the text form is not known");
  });
  Each("main", [&] { M.MainFiles.push_back(name()); });
  std::sort(M.MainFiles.begin(), M.MainFiles.end());
  Each("has-errors", [&] { M.HasErrors = true; });
  Each("before-cxx17", [&] { M.BeforeCxx17 = true; });
  Each("before-cxx20", [&] { M.BeforeCxx20 = true; });
  Each("file", [&] {
    uint32_t N = count();
    Files[N] = name();
  });
  Each("lines", [&] { lineTable(); });
  Each("record", [&] { RecordSymbols.insert(name()); });
  Each("type", [&] { typeTable(); });
}

void Parser::field(const Record &R, Field &F) {
  F.Id = name();
  F.Symbol = accept("=") ? name() : memberSymbol(R.Symbol, F.Id);
  if (accept(":"))
    F.Type = type(true);
  while (more()) {
    if (enumerator(accessWords(), F.Visible) || flag(F, fieldFlags()) ||
        range(F.Where) || rangeAfter("decl", F.Declaration) ||
        rangeAfter("written", F.TypeText))
      continue;
    if (accept("guarded-by"))
      F.GuardedBy = name();
    else
      fail("expected an attribute of a field");
  }
}

void Parser::record(Record &R) {
  R.Symbol = name();
  R.Id = more() && peek().Is == Token::String ? name() : R.Symbol;
  while (more()) {
    uint32_t Trait;
    if (flag(R, recordFlags()) || enumerator(roleWords(), R.Is) ||
        enumerator(accessWords(), R.Visible) || ownRange(R.Where) ||
        rangeAfter("body", R.Body))
      continue;
    if (enumerator(traitWords(), Trait))
      R.Traits |= Trait;
    else if (accept("traits"))
      R.Traits |= count();
    else if (accept("in"))
      R.Outer = name();
    else
      fail("expected an attribute of a record");
  }
  if (!accept("{"))
    return;
  while (!Failed && !accept("}")) {
    if (accept("base")) {
      Base &B = R.Bases.emplace_back();
      B.Record = name();
      enumerator(accessWords(), B.Visible);
      B.Virtual = accept("virtual");
    } else if (accept("friend")) {
      R.Friends.push_back(name());
    } else if (accept("field")) {
      field(R, R.Fields.emplace_back());
    } else if (accept("method")) {
      MethodRef &Method = R.Methods.emplace_back();
      Method.Symbol = name();
      enumerator(accessWords(), Method.Visible);
    } else {
      fail("expected base, friend, field or method");
    }
  }
}

void Parser::global(Global &G) {
  G.Symbol = name();
  G.Id = more() && peek().Is == Token::String ? name() : G.Symbol;
  while (more()) {
    if (flag(G, globalFlags()) || ownRange(G.Where) ||
        rangeAfter("decl", G.Declaration))
      continue;
    if (accept(":"))
      G.Type = type(true);
    else if (accept("in"))
      G.Function = name();
    else if (accept("guarded-by"))
      G.GuardedBy = name();
    else
      fail("expected an attribute of a global");
  }
}

void Parser::suppression(Suppression &S) {
  if (!enumerator(suppressionWords(), S.How))
    fail("expected line, next-line, region or allow");
  S.FirstLine = S.LastLine = count();
  if (accept("to"))
    S.LastLine = count();
  while (more()) {
    if (ownRange(S.Comment))
      continue;
    if (peek().is("("))
      S.Globs = nameList();
    else if (accept("because"))
      S.Reason = name();
    else
      fail("expected an attribute of a suppression");
  }
}

llvm::Expected<Module> Parser::parse() {
  findEntities();
  if (!Failed)
    tables();
  const Name Main = M.MainFiles.empty() ? Name() : M.MainFiles[0];
  auto Each = [&](llvm::StringRef What, auto Read) {
    for (const Entity &E : Entities)
      if (E.Word == What && !Failed) {
        At = E.Begin + 1;
        Here = Main;
        Read();
        if (!Failed && !peek().FirstOnLine)
          fail("expected the end of the line");
      }
  };
  Each("record", [&] { record(M.Records.emplace_back()); });
  Each("global", [&] { global(M.Globals.emplace_back()); });
  Each("suppress", [&] { suppression(M.Suppressions.emplace_back()); });
  if (!Failed) {
    Known = std::make_unique<Defaults>(M);
    M.Functions.reserve(llvm::count_if(
        Entities, [](const Entity &E) { return E.Word == "func"; }));
  }
  Each("func", [&] { function(M.Functions.emplace_back()); });
  if (!Failed)
    captureSources();
  for (const Entity &E : Entities)
    if (!Failed &&
        !llvm::is_contained({"runnel-ir", "main", "has-errors", "before-cxx17",
                             "before-cxx20", "file", "lines", "type", "record",
                             "global", "suppress", "func"},
                            E.Word)) {
      At = E.Begin;
      fail("expected an entity");
    }
  if (Failed)
    return llvm::createStringError(Message);
  Known.reset();
  M.canonicalize();
  if (std::string Bad = verify(M); !Bad.empty())
    return llvm::createStringError(FileName + ": " + Bad);
  return std::move(M);
}

} // namespace text

llvm::Expected<Module> readText(llvm::StringRef Text,
                                llvm::StringRef FileName) {
  return text::Parser(Text, FileName).parse();
}

} // namespace runnel::ir
