//===- Yaml.cpp - Reading configuration with errors for people ------------===//

#include "tool/config/Yaml.h"

#include "tool/config/Nearest.h"

#include "llvm/ADT/SmallString.h"

#include <set>

namespace runnel::tool {

namespace yaml = llvm::yaml;

YamlFile::YamlFile(llvm::StringRef Text, llvm::StringRef FileName)
    : Name(FileName), Stream(Text, Sources, /*ShowColors=*/false) {
  Sources.setDiagHandler(onDiagnostic, this);
}

void YamlFile::onDiagnostic(const llvm::SMDiagnostic &D, void *Self) {
  auto *Y = static_cast<YamlFile *>(Self);
  if (Y->Problem.empty())
    Y->Problem = Y->Name + ":" + std::to_string(std::max(1, D.getLineNo())) +
                 ":" + std::to_string(D.getColumnNo() + 1) + ": " +
                 D.getMessage().str();
}

void YamlFile::fail(yaml::Node *N, const llvm::Twine &Message) {
  if (!Problem.empty())
    return;
  unsigned Line = 1, Column = 1;
  if (N && N->getSourceRange().Start.isValid())
    std::tie(Line, Column) =
        Sources.getLineAndColumn(N->getSourceRange().Start);
  Problem = (llvm::Twine(Name) + ":" + llvm::Twine(Line) + ":" +
             llvm::Twine(Column) + ": " + Message)
                .str();
}

llvm::Error YamlFile::read(const std::vector<Key> &Keys) {
  yaml::document_iterator Document = Stream.begin();
  if (Document != Stream.end() && !Stream.failed()) {
    yaml::Node *Root = Document->getRoot();
    if (Root && !llvm::isa<yaml::NullNode>(Root))
      mapping(Root, Keys);
  }
  if (Problem.empty() && Stream.failed())
    Problem = Name + ":1:1: not valid YAML";
  if (!Problem.empty())
    return llvm::createStringError(Problem);
  return llvm::Error::success();
}

void YamlFile::mapping(yaml::Node *N, const std::vector<Key> &Keys) {
  auto *Map = llvm::dyn_cast_or_null<yaml::MappingNode>(N);
  if (!Map)
    return fail(N, "a mapping (`key: value` lines) belongs here");
  std::set<std::string> Seen;
  for (yaml::KeyValueNode &Pair : *Map) {
    auto *KeyNode = llvm::dyn_cast_or_null<yaml::ScalarNode>(Pair.getKey());
    if (failed() || Stream.failed())
      return;
    if (!KeyNode)
      return fail(N, "a key that is no plain text");
    llvm::SmallString<64> Storage;
    const std::string Word = KeyNode->getValue(Storage).str();
    if (!Seen.insert(Word).second)
      return fail(KeyNode, "'" + Word + "' is said twice");
    const Key *Known = nullptr;
    std::vector<llvm::StringRef> Names;
    for (const Key &K : Keys) {
      if (K.Name == Word)
        Known = &K;
      if (!K.Hidden)
        Names.push_back(K.Name);
    }
    if (!Known)
      return fail(KeyNode,
                  "unknown key '" + Word + "'" + didYouMean(Word, Names));
    // The parser gives none where it has already reported what is wrong.
    yaml::Node *Value = Pair.getValue();
    if (!Value)
      return fail(KeyNode, "no value that can be read");
    Known->Read(Value);
    if (failed() || Stream.failed())
      return;
  }
}

std::string YamlFile::text(yaml::Node *N) {
  if (auto *Scalar = llvm::dyn_cast_or_null<yaml::ScalarNode>(N)) {
    llvm::SmallString<256> Storage;
    return Scalar->getValue(Storage).str();
  }
  if (auto *Block = llvm::dyn_cast_or_null<yaml::BlockScalarNode>(N))
    return Block->getValue().str();
  if (!llvm::isa_and_nonnull<yaml::NullNode>(N))
    fail(N, "text belongs here");
  return "";
}

std::optional<bool> YamlFile::boolean(yaml::Node *N) {
  const std::string T = text(N);
  if (T == "true" || T == "yes" || T == "on" || T == "1")
    return true;
  if (T == "false" || T == "no" || T == "off" || T == "0")
    return false;
  fail(N, "true or false belongs here, not '" + T + "'");
  return std::nullopt;
}

std::optional<uint64_t> YamlFile::number(yaml::Node *N) {
  const std::string T = text(N);
  uint64_t Value;
  if (!llvm::StringRef(T).getAsInteger(10, Value))
    return Value;
  fail(N, "a number belongs here, not '" + T + "'");
  return std::nullopt;
}

std::vector<std::string> YamlFile::texts(yaml::Node *N) {
  std::vector<std::string> Result;
  if (auto *List = llvm::dyn_cast_or_null<yaml::SequenceNode>(N)) {
    for (yaml::Node &Item : *List) {
      Result.push_back(text(&Item));
      if (failed())
        break;
    }
  } else {
    Result.push_back(text(N));
  }
  return Result;
}

} // namespace runnel::tool
