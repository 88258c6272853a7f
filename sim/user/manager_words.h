// What service managers and their clients say to each other, in each domain.
//
// Facts of the interfaces
//  M1 binder and vndbinder: android.os.IServiceManager as of Android 11 to 14,
//     1 getService(name), 2 checkService(name), 3 addService(name, service,
//     allowIsolated, dumpPriority), 4 listServices(dumpPriority),
//     5 registerForNotifications(name, callback), 6 unregisterForNotifications;
//     android.os.IServiceCallback, 1 onRegistration(name, service), one-way.
//     vndbinder's parcels are a vendor's.
//  M2 hwbinder: android.hidl.manager@1.0::IServiceManager, 1 get(fqName, name),
//     3 getTransport(fqName, name), 4 list(), 6
//     registerForNotifications(fqName, name, callback); @1.1, 9
//     unregisterForNotifications; @1.2, 10 addWithChain(name, service, chain).
//     IServiceNotification@1.0, 1 onRegistration(fqName, name, preexisting),
//     one-way.
//  M3 AIDL answers what is refused with an exception, HIDL with false or null.
//
// Not covered: what else the interfaces have (isDeclared, client callbacks,
// debug information, ...), names of interfaces that a HIDL service inherits.
#ifndef BINDERY_SIM_USER_MANAGER_WORDS_H_
#define BINDERY_SIM_USER_MANAGER_WORDS_H_

#include <string>
#include <vector>

#include "proto/scenario.pb.h"

namespace bindery::sim {

enum class ManagerCall {
  kGet,
  kCheck,  // AIDL only
  kAdd,
  kList,
  kRegister,
  kUnregister,
  kTransport,  // HIDL only
};

// An exception, for those that know exceptions.
struct ManagerError {
  int32_t exception = 0;
  const char* message = "";
};

class ManagerWords {
 public:
  explicit ManagerWords(const std::string& device);

  bool hidl() const { return style_ == proto::LIBHWBINDER; }
  proto::ParcelStyle style() const { return style_; }
  uint32_t Code(ManagerCall call) const;

  // Null, or what is wrong with the name of a service.
  const char* BadName(const std::string& name) const;
  // The call's parcel. `binder`: the node, or the name to give the handle.
  proto::Parcel Request(ManagerCall call, const std::string& name,
                        const std::string& binder) const;
  // The beginning of it that all calls of the kind have in common.
  proto::Parcel AnyRequest(ManagerCall call) const;
  // That it is done.
  proto::Parcel Done(ManagerCall call) const;
  proto::Parcel Refused(ManagerCall call, const ManagerError& error) const;
  proto::Parcel Found(const std::string& binder) const;
  proto::Parcel NotFound() const;
  // Answers to kList and kTransport.
  proto::Parcel Listed(const std::vector<std::string>& names) const;
  proto::Parcel Transport() const;

  static constexpr uint32_t kOnRegistration = 1;
  // The call to a listener. `binder` is in AIDL's only, `preexisting` in
  // HIDL's.
  proto::Parcel Announced(const std::string& name, const std::string& binder,
                          bool preexisting) const;
  // The beginning of it that tells a listener which service it is about, with
  // the service if it is there.
  proto::Parcel Announcement(const std::string& name,
                             const std::string& binder) const;

 private:
  proto::Parcel Begin(const char* interface) const;
  const char* InterfaceOf(ManagerCall call) const;
  void AddName(const std::string& name, proto::Parcel* parcel) const;
  void AddText(const std::string& text, proto::Parcel* parcel) const;

  proto::ParcelStyle style_;
};

// Whatever becomes of a reply, or a one-way call, is right: who sends it does
// not look back.
void Unheeded(proto::Step* step);

// Every binder that a parcel reads becomes a proxy.
proto::Parcel WithProxies(proto::Parcel parcel);

}  // namespace bindery::sim

#endif  // BINDERY_SIM_USER_MANAGER_WORDS_H_
