//===- Scan.cpp - A look at source text before it is parsed ---------------===//

#include "tool/driver/Scan.h"

#include "tool/cache/Hash.h"
#include "tool/driver/Paths.h"
#include "tool/driver/Units.h"

#include "checks/frontend/Frontend.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <deque>

namespace runnel::tool {

namespace path = llvm::sys::path;

struct Scanner::File {
  struct Include {
    std::string Name;
    bool Quoted;
  };
  std::unique_ptr<llvm::MemoryBuffer> Buffer;
  std::vector<Include> Includes;
  bool MacroInclude = false;
  std::optional<bool> Mentions;
  FileStamp Stamp;

  llvm::StringRef text() const {
    return Buffer ? Buffer->getBuffer() : llvm::StringRef();
  }

  // Lines that begin `# include`, whatever stands around them: a comment or a
  // disabled block only adds files.
  void findIncludes() {
    llvm::StringRef Rest = text();
    while (true) {
      size_t At = Rest.find('#');
      if (At == llvm::StringRef::npos)
        return;
      Rest = Rest.drop_front(At + 1).ltrim(" \t");
      llvm::StringRef Line = Rest;
      if (!Line.consume_front("include") && !Line.consume_front("import"))
        continue;
      Line.consume_front("_next");
      Line = Line.ltrim(" \t");
      const char Close = Line.starts_with("\"")  ? '"'
                         : Line.starts_with("<") ? '>'
                                                 : '\0';
      if (!Close) {
        // `#include_something` is no directive; a name is a macro.
        if (!Line.empty() && (llvm::isAlpha(Line[0]) || Line[0] == '_') &&
            Rest.substr(7, 1) != "_")
          MacroInclude = true;
        continue;
      }
      size_t End = Line.find(Close, 1);
      if (End != llvm::StringRef::npos)
        Includes.push_back({Line.slice(1, End).str(), Close == '"'});
    }
  }
};

// Where a unit's includes are looked for.
struct Scanner::SearchPath {
  std::vector<std::string> Quote, Angle;
  std::vector<std::string> Forced;

  explicit SearchPath(const Unit &U) {
    auto Take = [&](size_t &I, llvm::StringRef Flag,
                    std::vector<std::string> &Into) {
      llvm::StringRef A = U.Args[I];
      if (!A.consume_front(Flag))
        return false;
      if (A.empty() && I + 1 < U.Args.size())
        A = U.Args[++I];
      Into.push_back(absolutePath(A, U.Directory));
      return true;
    };
    for (size_t I = 0; I < U.Args.size(); ++I)
      if (!Take(I, "-iquote", Quote) && !Take(I, "-isystem", Angle) &&
          !Take(I, "-idirafter", Angle) && !Take(I, "-include", Forced) &&
          !Take(I, "-imacros", Forced) && !Take(I, "-I", Angle))
        continue;
  }
};

Scanner::Scanner(std::string Root) : Root(std::move(Root)) {}
Scanner::~Scanner() = default;

Scanner::File &Scanner::file(const std::string &Path) {
  std::unique_ptr<File> &F = Files[Path];
  if (F)
    return *F;
  F = std::make_unique<File>();
  if (auto Stamp = stampOf(Path))
    F->Stamp = Stamp->second;
  if (auto Buffer = llvm::MemoryBuffer::getFile(Path)) {
    F->Buffer = std::move(*Buffer);
    F->findIncludes();
  }
  return *F;
}

std::string Scanner::resolve(const SearchPath &Path, llvm::StringRef Includer,
                             llvm::StringRef Name, bool Quoted) {
  auto Try = [&](llvm::StringRef Folder) {
    std::string P = absolutePath(Name, Folder);
    auto [It, New] = Exists.try_emplace(P, false);
    if (New)
      It->second = fileExists(P);
    return It->second ? P : std::string();
  };
  if (Quoted) {
    if (std::string P = Try(path::parent_path(Includer)); !P.empty())
      return P;
    for (const std::string &F : Path.Quote)
      if (std::string P = Try(F); !P.empty())
        return P;
  }
  for (const std::string &F : Path.Angle)
    if (!isSystemPath(F))
      if (std::string P = Try(F); !P.empty())
        return P;
  return "";
}

const std::set<std::string> &Scanner::closure(const Unit &U) {
  auto [It, New] = Closures.try_emplace(&U);
  Closure &C = It->second;
  if (!New)
    return C.Files;
  const SearchPath Search(U);
  std::deque<std::string> Waiting{U.File};
  C.Files.insert(U.File);
  auto Add = [&](const std::string &P) {
    if (!P.empty() && !isSystemPath(P) && C.Files.insert(P).second)
      Waiting.push_back(P);
  };
  for (const std::string &F : Search.Forced)
    if (fileExists(F))
      Add(F);
    else
      Add(resolve(Search, U.File, path::filename(F), true));
  while (!Waiting.empty()) {
    const std::string Path = Waiting.front();
    Waiting.pop_front();
    File &F = file(Path);
    C.Unknown |= F.MacroInclude;
    for (const File::Include &I : F.Includes)
      Add(resolve(Search, Path, I.Name, I.Quoted));
  }
  return C.Files;
}

bool Scanner::mentions(const Unit &U, const frontend::Vocabulary &V) {
  auto Mentions = [&](const std::string &Path) {
    File &F = file(Path);
    if (!F.Mentions)
      F.Mentions = frontend::mentionsVocabulary(F.text(), V);
    return *F.Mentions;
  };
  // Most units that matter say so themselves.
  if (Mentions(U.File))
    return true;
  const std::set<std::string> &All = closure(U);
  if (Closures[&U].Unknown)
    return true;
  for (const std::string &Path : All)
    if (Mentions(Path))
      return true;
  return false;
}

bool Scanner::includes(const Unit &U, const std::string &Header) {
  return closure(U).count(Header) != 0;
}

bool Scanner::names(const Unit &U, const llvm::StringSet<> &Names) {
  if (Names.empty())
    return false;
  for (const std::string &Path : closure(U)) {
    llvm::StringRef Text = file(Path).text();
    for (size_t I = 0; I < Text.size();) {
      if (!llvm::isAlpha(Text[I]) && Text[I] != '_') {
        ++I;
        continue;
      }
      size_t End = I + 1;
      while (End < Text.size() &&
             (llvm::isAlnum(Text[End]) || Text[End] == '_'))
        ++End;
      if (Names.contains(Text.slice(I, End)))
        return true;
      I = End;
    }
  }
  return false;
}

std::vector<Dependency> Scanner::dependencies(const Unit &U) {
  std::vector<Dependency> Result;
  const SearchPath Search(U);
  for (const std::string &Path : closure(U)) {
    File &F = file(Path);
    Result.push_back({Path, PathState::File, hashOf(F.text()), F.Stamp});
    // A header that appears earlier on the search path would be another one.
    for (const File::Include &I : F.Includes) {
      auto Missing = [&](llvm::StringRef Folder) {
        std::string P = absolutePath(I.Name, Folder);
        auto It = Exists.find(P);
        if (It != Exists.end() && !It->second)
          Result.push_back({P, PathState::Missing, "", {}});
      };
      if (I.Quoted)
        Missing(path::parent_path(Path));
      for (const std::string &Folder : Search.Quote)
        Missing(Folder);
      for (const std::string &Folder : Search.Angle)
        Missing(Folder);
    }
  }
  return Result;
}

// The last component of a qualified name, as an identifier of the source.
static llvm::StringRef shortName(llvm::StringRef Id) {
  // `ns::Store<int>::flush` but `operator<`.
  size_t Operator = Id.rfind("operator");
  if (Operator != llvm::StringRef::npos &&
      (Operator == 0 || Id[Operator - 1] == ':'))
    return "operator";
  size_t At = Id.rfind("::");
  llvm::StringRef Last =
      At == llvm::StringRef::npos ? Id : Id.drop_front(At + 2);
  Last.consume_front("~");
  return Last.take_while([](char C) { return llvm::isAlnum(C) || C == '_'; });
}

static bool touchesLocks(const ir::Function &F) {
  if (!F.Contracts.empty())
    return true;
  for (const ir::Block &B : F.Blocks)
    for (const ir::Event &E : B.Events)
      switch (E.What) {
      case ir::Op::Lock:
      case ir::Op::GuardBegin:
      case ir::Op::GuardLock:
      case ir::Op::GuardMove:
      case ir::Op::Wait:
      case ir::Op::Spawn:
      case ir::Op::OnceCall:
        return true;
      default:
        break;
      }
  return false;
}

llvm::StringSet<> wantedNames(const ir::Module &M) {
  std::unordered_map<ir::Name, const ir::Function *> BySymbol;
  std::deque<const ir::Function *> Waiting;
  std::set<const ir::Function *> Reached;
  auto Reach = [&](const ir::Function *F) {
    if (Reached.insert(F).second)
      Waiting.push_back(F);
  };
  for (const ir::Function &F : M.Functions) {
    BySymbol[F.Symbol] = &F;
    if (touchesLocks(F))
      Reach(&F);
  }
  // A lambda runs where the function it is written in does, or later.
  std::unordered_map<ir::Name, std::vector<const ir::Function *>> Lambdas;
  for (const ir::Function &F : M.Functions)
    if (F.Parent)
      Lambdas[F.Parent].push_back(&F);
  llvm::StringSet<> Result;
  auto Call = [&](ir::Name Symbol, bool Virtual) {
    auto It = BySymbol.find(Symbol);
    if (It == BySymbol.end())
      return;
    const ir::Function &F = *It->second;
    if (F.System)
      return;
    if (!F.Defined || Virtual || F.Virtual)
      Result.insert(shortName(F.Id));
    Reach(&F);
  };
  while (!Waiting.empty()) {
    const ir::Function &F = *Waiting.front();
    Waiting.pop_front();
    for (const ir::Function *L : Lambdas[F.Symbol])
      Reach(L);
    for (const ir::Block &B : F.Blocks)
      for (const ir::Event &E : B.Events) {
        if (E.Callee)
          Call(E.Callee,
               E.What == ir::Op::Call && E.callKind() == ir::CallKind::Virtual);
        for (const ir::Operand &A : E.Args)
          if (A.How == ir::Operand::Lambda || A.How == ir::Operand::FunctionArg)
            Call(A.Symbol, false);
      }
  }
  Result.erase("");
  return Result;
}

} // namespace runnel::tool
