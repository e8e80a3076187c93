// option: runnel-web-lock-web.MinScore: 4
//--- all.h
#pragma once
#include <mutex>
class Player;
class Playlist { // expect: web-lock-web "'Decoder', 'Player' and 'Playlist'"
public:
  int next(Player &player);
  void skip();

private:
  std::mutex mu_;
  int at_ = 0;
};
class Decoder {
public:
  void feed(Playlist &list);
  void stop();

private:
  std::mutex mu_;
  int fed_ = 0;
};
class Player {
public:
  void play(Decoder &decoder, Playlist &list);
  int volume();

private:
  std::mutex mu_;
  int volume_ = 0;
};
//--- player.cpp
#include "all.h"
void Player::play(Decoder &decoder, Playlist &list) {
  std::lock_guard lock(mu_);
  ++volume_;
  decoder.feed(list); // note: "Player -> Decoder: 'Player::play' holds 'Player::mu_'"
}
int Player::volume() { 
  std::lock_guard lock(mu_);
  return volume_;
}
//--- decoder.cpp
#include "all.h"
void Decoder::feed(Playlist &list) {
  std::lock_guard lock(mu_);
  ++fed_;
  list.skip(); // note: "Decoder -> Playlist"
}
//--- playlist.cpp
#include "all.h"
int Playlist::next(Player &player) {
  std::lock_guard lock(mu_);
  return at_ + player.volume(); // note: "Playlist -> Player"
}
void Playlist::skip() {
  std::lock_guard lock(mu_);
  ++at_;
}
