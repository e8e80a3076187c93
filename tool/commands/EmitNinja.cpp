//===- EmitNinja.cpp - The extraction of a project as a Ninja file --------===//

#include "tool/commands/EmitNinja.h"

#include "tool/commands/CheckRun.h"
#include "tool/driver/Paths.h"
#include "tool/edit/AtomicFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <map>

namespace runnel::tool {

namespace path = llvm::sys::path;

// Text of a variable: `$` is Ninja's.
static std::string value(llvm::StringRef Text) {
  std::string Out;
  for (char C : Text)
    Out += C == '$' ? std::string("$$") : std::string(1, C);
  return Out;
}

// A path in a build line, where spaces and colons separate.
static std::string name(llvm::StringRef Path) {
  std::string Out;
  for (char C : Path) {
    if (C == '$' || C == ' ' || C == ':')
      Out += '$';
    Out += C;
  }
  return Out;
}

// A word of a shell's command.
static std::string word(llvm::StringRef Text) {
  constexpr llvm::StringLiteral Plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
      "_-+=/.,:@%";
  if (!Text.empty() && Text.find_first_not_of(Plain) == llvm::StringRef::npos)
    return Text.str();
  std::string Out = "'";
  for (char C : Text)
    Out += C == '\'' ? std::string("'\\''") : std::string(1, C);
  return Out + "'";
}

static void rules(llvm::StringRef Root, llvm::StringRef Database,
                  llvm::raw_ostream &OS) {
  const std::string Exe = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  OS << "# Made by `runnel extract --emit-ninja`. Build `check` with it, or "
        "`all.rir`:\n#   ninja -C FOLDER_OF_THIS_FILE -f "
        "ITS_NAME\nninja_required_version = "
        "1.5\nrunnel = "
     << value(word(Exe)) << "\nroot = " << value(word(Root))
     << "\n\nrule extract\n"
        "  command = cd $dir && $runnel extract -q --root $root $file -o $out "
        "--deps $out.d -- $flags\n"
        "  depfile = $out.d\n  deps = gcc\n  description = extract $shown\n\n"
        "rule link\n  command = $runnel link -o $out @$out.list\n"
        "  rspfile = $out.list\n  rspfile_content = $in_newline\n"
        "  description = link $out\n\n"
        "rule check\n  command = $runnel check --root $root $options $in\n"
        "  pool = console\n  description = check\n\n"
        "rule emit\n  command = $runnel extract -q --emit-ninja --root $root "
        "-p "
     << value(word(Database))
     << " -o $out\n  generator = 1\n  description = emit $out\n\n";
}

int emitNinja(const Arguments &A) {
  llvm::Expected<RunRequest> Request = runRequest(A);
  if (!Request)
    return fail(Request.takeError());
  TidyConfigs Configs;
  llvm::Expected<UnitList> List = collectUnits(Request->Units, Configs);
  if (!List)
    return fail(List.takeError());
  if (List->DatabaseFolder.empty()) {
    sayError("--emit-ninja is for the whole project: it needs a compile "
             "database");
    return ExitTrouble;
  }
  if (!A.has("quiet"))
    for (const std::string &N : List->Notes)
      llvm::errs() << "runnel: note: " << N << '\n';
  for (const Problem &P : List->Problems)
    llvm::errs() << "runnel: warning: " << P.File << ": " << P.Message << '\n';
  const std::string Here = currentDirectory();
  const std::string Out = absolutePath(
      A.get("output", (List->DatabaseFolder + "/runnel.ninja")), Here);
  const std::string Modules = path::parent_path(Out).str() + "/runnel";
  const std::string Database = List->DatabaseFolder + "/compile_commands.json";
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  rules(List->Root, Database, OS);
  std::map<std::string, unsigned> Seen;
  std::string All;
  for (const Unit &U : List->Units) {
    // A file with several commands is several modules.
    const unsigned Number = Seen[U.Spelled]++;
    std::string Short = U.Spelled;
    while (llvm::StringRef(Short).starts_with("/"))
      Short.erase(0, 1);
    const std::string Module =
        Modules + "/" + Short +
        (Number ? "." + std::to_string(Number + 1) : "") + ".rir";
    std::string Flags;
    for (const std::string &W : U.Args)
      Flags += (Flags.empty() ? "" : " ") + word(W);
    OS << "build " << name(Module) << ": extract " << name(U.File)
       << "\n  dir = " << value(word(U.Directory))
       << "\n  file = " << value(word(U.File))
       << "\n  shown = " << value(U.Spelled) << "\n  flags = " << value(Flags)
       << '\n';
    All += " $\n    " + name(Module);
  }
  const std::string Linked = Modules + "/all.rir";
  OS << "\nbuild " << name(Linked) << ": link" << All
     << "\nbuild all.rir: phony " << name(Linked) << "\nbuild check: check "
     << name(Linked) << "\nbuild " << name(path::filename(Out)) << ": emit "
     << name(Database) << "\ndefault check\n";
  if (llvm::Error E = writeFileAtomically(Out, Text))
    return fail(std::move(E));
  if (!A.has("quiet"))
    llvm::errs() << "runnel: " << spell(Out, Here) << " has "
                 << List->Units.size() << " units; ninja -C "
                 << relativeTo(path::parent_path(Out), Here) << " -f "
                 << path::filename(Out) << '\n';
  return List->Problems.empty() ? ExitClean : ExitTrouble;
}

} // namespace runnel::tool
