//===- TidyConfig.cpp - .clang-tidy, as clang-tidy reads it ---------------===//

#include "tool/config/TidyConfig.h"

#include "tool/config/Nearest.h"
#include "tool/config/Yaml.h"
#include "tool/driver/Paths.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"

namespace runnel::tool {

namespace yaml = llvm::yaml;

// An option of ours must exist, and a number must be one.
static std::string checkOption(llvm::StringRef Key, llvm::StringRef Value) {
  if (!Key.starts_with("runnel-"))
    return "";
  auto [Check, Option] = Key.split('.');
  const CheckInfo *C = findCheck(Check);
  if (!C) {
    std::vector<llvm::StringRef> Names;
    for (const CheckInfo &Known : allChecks())
      Names.push_back(Known.Name);
    return ("unknown check '" + Check + "'" + didYouMean(Check, Names)).str();
  }
  std::vector<llvm::StringRef> Keys;
  for (const OptionInfo &O : C->Options) {
    Keys.push_back(O.Key);
    if (Option != O.Key)
      continue;
    llvm::StringRef Default = O.Default;
    long Number;
    const bool Numeric = !Default.getAsInteger(10, Number);
    const bool Boolean = Default == "true" || Default == "false";
    if (Numeric && Value.getAsInteger(10, Number))
      return ("'" + Key + "' is a number, not '" + Value + "'").str();
    if (Boolean && Value != "true" && Value != "false" && Value != "1" &&
        Value != "0" && Value != "yes" && Value != "no")
      return ("'" + Key + "' is true or false, not '" + Value + "'").str();
    return "";
  }
  if (Keys.empty())
    return ("check '" + Check + "' has no options").str();
  return ("check '" + Check + "' has no option '" + Option + "'" +
          didYouMean(Option, Keys))
      .str();
}

llvm::Expected<TidyConfig> parseTidyConfig(llvm::StringRef Text,
                                           llvm::StringRef File) {
  TidyConfig T;
  T.File = File.str();
  YamlFile Y(Text, File);
  auto Ignore = [](yaml::Node *N) { N->skip(); };
  auto Globs = [&](std::vector<GlobItem> &Into) {
    return [&](yaml::Node *N) {
      for (const std::string &Item : Y.texts(N)) {
        std::vector<GlobItem> Items = parseGlobs(Item);
        if (llvm::Error E = refuseUnknownChecks(Items, "")) {
          llvm::StringRef Message = "";
          std::string Whole = llvm::toString(std::move(E));
          Message = Whole;
          Message.consume_front(": ");
          return Y.fail(N, Message);
        }
        Into.insert(Into.end(), Items.begin(), Items.end());
      }
    };
  };
  auto Regex = [&](std::optional<std::string> &Into) {
    return [&](yaml::Node *N) {
      Into = Y.text(N);
      // clang-tidy takes an empty filter for none.
      if (Into->empty()) {
        Into.reset();
        return;
      }
      std::string Why;
      if (!llvm::Regex(*Into).isValid(Why))
        Y.fail(N, "'" + *Into + "' is no regular expression: " + Why);
    };
  };
  auto SetOption = [&](yaml::Node *N, const std::string &Key,
                       const std::string &Value) {
    std::string Wrong = checkOption(Key, Value);
    if (!Wrong.empty())
      Y.fail(N, Wrong);
    else if (llvm::StringRef(Key).starts_with("runnel-"))
      T.CheckOptions[Key] = Value;
  };
  // Both forms: `Key: value` lines, and the older list of {key, value}.
  auto ReadOptions = [&](yaml::Node *N) {
    if (auto *Map = llvm::dyn_cast_or_null<yaml::MappingNode>(N)) {
      for (yaml::KeyValueNode &Pair : *Map) {
        yaml::Node *KeyNode = Pair.getKey();
        const std::string Key = Y.text(KeyNode);
        const std::string Value = Y.text(Pair.getValue());
        if (Y.failed())
          return;
        SetOption(KeyNode, Key, Value);
      }
    } else if (auto *List = llvm::dyn_cast_or_null<yaml::SequenceNode>(N)) {
      for (yaml::Node &Item : *List) {
        std::string Key, Value;
        Y.mapping(&Item, {{"key", [&](yaml::Node *V) { Key = Y.text(V); }},
                          {"value", [&](yaml::Node *V) { Value = Y.text(V); }},
                          {"priority", Ignore, true}});
        if (Y.failed())
          return;
        SetOption(&Item, Key, Value);
      }
    } else if (!llvm::isa_and_nonnull<yaml::NullNode>(N)) {
      Y.fail(N, "CheckOptions is a mapping, or a list of {key, value}");
    }
  };
  llvm::Error E = Y.read({
      {"Checks", Globs(T.Checks)},
      {"WarningsAsErrors", Globs(T.WarningsAsErrors)},
      {"CheckOptions", ReadOptions},
      {"HeaderFilterRegex", Regex(T.HeaderFilterRegex)},
      {"ExcludeHeaderFilterRegex", Regex(T.ExcludeHeaderFilterRegex)},
      {"InheritParentConfig",
       [&](yaml::Node *N) { T.InheritParent = Y.boolean(N).value_or(false); }},
      {"ExtraArgs", [&](yaml::Node *N) { T.ExtraArgs = Y.texts(N); }},
      {"ExtraArgsBefore",
       [&](yaml::Node *N) { T.ExtraArgsBefore = Y.texts(N); }},
      {"RemovedArgs", Ignore},
      {"HeaderFileExtensions", Ignore},
      {"ImplementationFileExtensions", Ignore},
      {"FormatStyle", Ignore},
      {"User", Ignore},
      {"SystemHeaders", Ignore},
      {"UseColor", Ignore},
      {"CustomChecks", Ignore},
      {"AnalyzeTemporaryDtors", Ignore, true},
  });
  if (E)
    return std::move(E);
  return T;
}

// A child's lists follow its parent's; its other values replace them.
static void inherit(TidyConfig &Child, const TidyConfig &Parent) {
  auto Before = [](auto &Mine, const auto &Theirs) {
    Mine.insert(Mine.begin(), Theirs.begin(), Theirs.end());
  };
  Before(Child.Checks, Parent.Checks);
  Before(Child.WarningsAsErrors, Parent.WarningsAsErrors);
  Before(Child.ExtraArgs, Parent.ExtraArgs);
  Before(Child.ExtraArgsBefore, Parent.ExtraArgsBefore);
  if (!Child.HeaderFilterRegex)
    Child.HeaderFilterRegex = Parent.HeaderFilterRegex;
  if (!Child.ExcludeHeaderFilterRegex)
    Child.ExcludeHeaderFilterRegex = Parent.ExcludeHeaderFilterRegex;
  for (const auto &[Key, Value] : Parent.CheckOptions)
    Child.CheckOptions.try_emplace(Key, Value);
}

llvm::Expected<const TidyConfig *>
TidyConfigs::forFolder(llvm::StringRef Folder) {
  auto It = ByFolder.find(Folder.str());
  if (It != ByFolder.end())
    return It->second.get();
  auto Result = std::make_unique<TidyConfig>();
  const std::string File = absolutePath(".clang-tidy", Folder);
  auto Buffer =
      fileExists(File)
          ? llvm::MemoryBuffer::getFile(File)
          : llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>>(
                std::make_error_code(std::errc::no_such_file_or_directory));
  if (Buffer) {
    llvm::Expected<TidyConfig> Own =
        parseTidyConfig((*Buffer)->getBuffer(), File);
    if (!Own)
      return Own.takeError();
    *Result = std::move(*Own);
  } else if (Buffer.getError() != std::errc::no_such_file_or_directory) {
    return llvm::createStringError(File + ": " + Buffer.getError().message());
  }
  llvm::StringRef Parent = llvm::sys::path::parent_path(Folder);
  if ((Result->File.empty() || Result->InheritParent) && !Parent.empty()) {
    llvm::Expected<const TidyConfig *> Above = forFolder(Parent);
    if (!Above)
      return Above;
    if (Result->File.empty())
      *Result = **Above;
    else
      inherit(*Result, **Above);
  }
  return (ByFolder[Folder.str()] = std::move(Result)).get();
}

bool isEnabled(const CheckInfo &C, const TidyConfig &T, Level L,
               const std::vector<GlobItem> &CommandLine) {
  bool On = C.At <= L;
  auto Apply = [&](const std::vector<GlobItem> &Items) {
    for (const GlobItem &G : Items) {
      if (!globMatches(G.Pattern, C.Name))
        continue;
      // `runnel-*` means the checks of the level; a name means that check.
      if (G.Negative)
        On = false;
      else if (G.exact() || C.At <= L)
        On = true;
    }
  };
  if (speaksOfRunnel(T.Checks))
    Apply(T.Checks);
  Apply(CommandLine);
  return On;
}

} // namespace runnel::tool
