// What one function touches bare is one finding.
#include <mutex>
#include <string>

class Channel {
public:
  void setPath(std::string path) {
    std::lock_guard lock(mu_);
    path_ = path;
  }
  void setTimes(std::string times) {
    std::lock_guard lock(mu_);
    times_ = times;
  }
  void setRotation(std::string rotation) {
    std::lock_guard lock(mu_);
    rotation_ = rotation;
  }
  void setFlush(bool flush) {
    std::lock_guard lock(mu_);
    flush_ = flush;
  }
  std::string log() {
    std::lock_guard lock(mu_);
    return path_ + times_ + rotation_ + (flush_ ? "1" : "0");
  }
  std::string property(int which) const {
    if (which == 0)
      return path_; // expect: web-inconsistent-guard "'Channel::property' reads 'flush_', 'path_' and 2 more without 'Channel::mu_', which guards them in 8 other places"
    if (which == 1)
      return times_; // note: "'times_' is touched bare here, too"
    if (which == 2)
      return rotation_; // note: "'rotation_' is touched bare here, too"
    return flush_ ? "true" : "false";
  }

private:
  mutable std::mutex mu_;
  std::string path_, times_, rotation_;
  bool flush_ = false;
};
