//===- RunnelYaml.cpp - .runnel.yaml --------------------------------------===//

#include "tool/config/RunnelYaml.h"

#include "tool/cache/Hash.h"
#include "tool/config/Yaml.h"
#include "tool/driver/Paths.h"

#include "checks/frontend/Vocabulary.h"

#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace runnel::tool {

namespace yaml = llvm::yaml;

std::optional<Level> parseLevel(llvm::StringRef Word) {
  if (Word == "default")
    return Level::Default;
  if (Word == "strict")
    return Level::Strict;
  if (Word == "advice")
    return Level::Advice;
  return std::nullopt;
}

llvm::StringRef levelName(Level L) {
  switch (L) {
  case Level::Default:
    return "default";
  case Level::Strict:
    return "strict";
  case Level::Advice:
    return "advice";
  }
  return "";
}

bool RunnelYaml::excludes(llvm::StringRef Spelled) const {
  for (const std::string &E : Exclude) {
    // A folder stands for all below it.
    llvm::StringRef Folder = llvm::StringRef(E).rtrim('/');
    if (Spelled == Folder ||
        (Spelled.starts_with(Folder) &&
         Spelled.drop_front(Folder.size()).starts_with("/")))
      return true;
    if (auto G = llvm::GlobPattern::create(E)) {
      if (G->match(Spelled))
        return true;
    } else {
      llvm::consumeError(G.takeError()); // refused when it was read
    }
  }
  return false;
}

llvm::Expected<RunnelYaml> parseRunnelYaml(llvm::StringRef Text,
                                           llvm::StringRef File,
                                           frontend::Vocabulary *Into) {
  RunnelYaml R;
  R.File = File.str();
  YamlFile Y(Text, File);
  std::string VocabularyProblem;
  auto ReadLevel = [&](yaml::Node *N) {
    const std::string Word = Y.text(N);
    R.At = parseLevel(Word);
    if (!R.At)
      Y.fail(N, "'" + Word + "' is no level: default, strict or advice");
  };
  auto ReadExclude = [&](yaml::Node *N) {
    R.Exclude = Y.texts(N);
    for (const std::string &E : R.Exclude)
      if (auto G = llvm::GlobPattern::create(E); !G)
        Y.fail(N, "'" + E + "' is no glob: " + llvm::toString(G.takeError()));
  };
  auto ReadBaseline = [&](yaml::Node *N) {
    R.BaselineFile =
        absolutePath(Y.text(N), llvm::sys::path::parent_path(File));
  };
  auto ReadCache = [&](yaml::Node *N) {
    Y.mapping(N, {{"size", [&](yaml::Node *V) { R.CacheMb = Y.number(V); }},
                  {"folder", [&](yaml::Node *V) {
                     R.CacheFolder = absolutePath(
                         Y.text(V), llvm::sys::path::parent_path(File));
                   }}});
  };
  auto ReadLimits = [&](yaml::Node *N) {
    Y.mapping(N, {{"seconds", [&](yaml::Node *V) { R.Seconds = Y.number(V); }},
                  {"memory", [&](yaml::Node *V) { R.MemoryMb = Y.number(V); }},
                  {"jobs", [&](yaml::Node *V) { R.Jobs = Y.number(V); }}});
  };
  auto ReadVocabulary = [&](yaml::Node *N) {
    auto *Map = llvm::dyn_cast_or_null<yaml::MappingNode>(N);
    if (!Map)
      return Y.fail(N, "a mapping with `types:` and `functions:` belongs here");
    R.HasVocabulary = true;
    frontend::Vocabulary Own;
    frontend::Vocabulary &V = Into ? *Into : Own;
    if (llvm::Error E = V.parse(*Map, Y.sources())) {
      VocabularyProblem = llvm::toString(std::move(E));
      Y.fail(N, VocabularyProblem);
    }
  };
  llvm::Error E = Y.read({{"level", ReadLevel},
                          {"exclude", ReadExclude},
                          {"baseline", ReadBaseline},
                          {"cache", ReadCache},
                          {"limits", ReadLimits},
                          {"vocabulary", ReadVocabulary}});
  if (E) {
    std::string Message = llvm::toString(std::move(E));
    // The vocabulary's errors bring their own place; the buffer has no name
    // there.
    if (!VocabularyProblem.empty()) {
      llvm::StringRef P = VocabularyProblem;
      Message = File.str() + P.substr(P.find(':')).str();
    }
    return llvm::createStringError(Message);
  }
  if (R.HasVocabulary)
    R.VocabularyHash = hashOf(Text);
  return R;
}

llvm::Expected<RunnelYaml> loadRunnelYaml(llvm::StringRef Folder) {
  const std::string File = absolutePath(".runnel.yaml", Folder);
  auto Buffer = llvm::MemoryBuffer::getFile(File);
  if (!Buffer) {
    if (Buffer.getError() == std::errc::no_such_file_or_directory)
      return RunnelYaml();
    return llvm::createStringError(File + ": " + Buffer.getError().message());
  }
  return parseRunnelYaml((*Buffer)->getBuffer(), File, nullptr);
}

VocabularyLoader::VocabularyLoader() = default;
VocabularyLoader::~VocabularyLoader() = default;

llvm::Expected<const frontend::Vocabulary *>
VocabularyLoader::load(const std::string &File) {
  if (File.empty())
    return &frontend::Vocabulary::builtin();
  std::unique_ptr<frontend::Vocabulary> &V = Known[File];
  if (!V) {
    auto Buffer = llvm::MemoryBuffer::getFile(File);
    if (!Buffer)
      return llvm::createStringError(File + ": " + Buffer.getError().message());
    auto New =
        std::make_unique<frontend::Vocabulary>(frontend::Vocabulary::builtin());
    llvm::Expected<RunnelYaml> R =
        parseRunnelYaml((*Buffer)->getBuffer(), File, New.get());
    if (!R)
      return R.takeError();
    V = std::move(New);
  }
  return V.get();
}

} // namespace runnel::tool
