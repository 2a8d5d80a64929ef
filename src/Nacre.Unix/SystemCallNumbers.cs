using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The numbers of the system calls that <see cref="SystemCallFilter"/> speaks of, by architecture.</summary>
internal sealed class SystemCallNumbers
{
    private const uint AuditX64 = 0xc000003e;
    private const uint AuditArm64 = 0xc00000b7;
    private const int None = -1;

    // What the runtime does on sockets, memory, threads and clocks that it has, learned by tracing it ahead-of-time compiled and not.
    private static readonly Row[] AllowedRows =
    [
        new("read", 0, 63),
        new("write", 1, 64),
        new("close", 3, 57),
        new("fstat", 5, 80),
        new("lseek", 8, 62),
        new("brk", 12, 214),
        new("munmap", 11, 215),
        new("rt_sigaction", 13, 134),
        new("rt_sigprocmask", 14, 135),
        new("rt_sigreturn", 15, 139),
        new("ioctl", 16, 29),
        new("pread64", 17, 67),
        new("readv", 19, 65),
        new("writev", 20, 66),
        new("poll", 7, -1),
        new("ppoll", 271, 73),
        new("select", 23, -1),
        new("pselect6", 270, 72),
        new("sched_yield", 24, 124),
        new("mremap", 25, 216),
        new("madvise", 28, 233),
        new("mincore", 27, 232),
        new("dup", 32, 23),
        new("nanosleep", 35, 101),
        new("getpid", 39, 172),
        new("sendto", 44, 206),
        new("recvfrom", 45, 207),
        new("sendmsg", 46, 211),
        new("recvmsg", 47, 212),
        new("shutdown", 48, 210),
        new("getsockname", 51, 204),
        new("getpeername", 52, 205),
        new("setsockopt", 54, 208),
        new("getsockopt", 55, 209),
        new("exit", 60, 93),
        new("uname", 63, 160),
        new("fcntl", 72, 25),
        new("gettimeofday", 96, 169),
        new("getrlimit", 97, 163),
        new("getrusage", 98, 165),
        new("sysinfo", 99, 179),
        new("times", 100, 153),
        new("getuid", 102, 174),
        new("getgid", 104, 176),
        new("geteuid", 107, 175),
        new("getegid", 108, 177),
        new("getppid", 110, 173),
        new("sigaltstack", 131, 132),
        new("gettid", 186, 178),
        new("futex", 202, 98),
        new("sched_setaffinity", 203, 122),
        new("sched_getaffinity", 204, 123),
        new("set_tid_address", 218, 96),
        new("clock_gettime", 228, 113),
        new("clock_getres", 229, 114),
        new("clock_nanosleep", 230, 115),
        new("exit_group", 231, 94),
        new("epoll_wait", 232, -1),
        new("epoll_ctl", 233, 21),
        new("epoll_pwait", 281, 22),
        new("epoll_create1", 291, 20),
        new("newfstatat", 262, 79),
        new("readlinkat", 267, 78),
        new("readlink", 89, -1),
        new("access", 21, -1),
        new("faccessat", 269, 48),
        new("set_robust_list", 273, 99),
        new("eventfd2", 290, 19),
        new("pipe2", 293, 59),
        new("getcpu", 309, 168),
        new("getrandom", 318, 278),
        new("membarrier", 324, 283),
        new("rseq", 334, 293),
        new("statx", 332, 291),
        new("restart_syscall", 219, 128),
        new("getdents64", 217, 61),
        new("mlock", 149, 228),
        new("munlock", 150, 229),
        new("timer_create", 222, 107),
        new("timer_settime", 223, 110),
        new("timer_delete", 226, 111),
    ];

    // What has no place in a program that talks: another program, another process, another view of the files, other ids, another connection.
    private static readonly Row[] FatalRows =
    [
        new("execve", 59, 221),
        new("execveat", 322, 281),
        new("fork", 57, -1),
        new("vfork", 58, -1),
        new("ptrace", 101, 117),
        new("process_vm_readv", 310, 270),
        new("process_vm_writev", 311, 271),
        new("connect", 42, 203),
        new("bind", 49, 200),
        new("mount", 165, 40),
        new("umount2", 166, 39),
        new("pivot_root", 155, 41),
        new("chroot", 161, 51),
        new("setns", 308, 268),
        new("unshare", 272, 97),
        new("init_module", 175, 105),
        new("finit_module", 313, 273),
        new("kexec_load", 246, 104),
        new("bpf", 321, 280),
        new("keyctl", 250, 219),
        new("add_key", 248, 217),
        new("request_key", 249, 218),
        new("perf_event_open", 298, 241),
        new("reboot", 169, 142),
        new("swapon", 167, 224),
        new("setuid", 105, 146),
        new("setgid", 106, 144),
        new("setresuid", 117, 147),
        new("setresgid", 119, 149),
        new("setgroups", 116, 159),
        new("capset", 126, 91),
        new("open_by_handle_at", 304, 265),
        new("userfaultfd", 323, 282),
        new("io_uring_setup", 425, 425),
    ];

    private readonly bool isArm;

    private SystemCallNumbers(bool isArm) => this.isArm = isArm;

    /// <summary>The audit subsystem's name for the architecture.</summary>
    public uint AuditArchitecture => isArm ? AuditArm64 : AuditX64;

    public IEnumerable<int> Allowed => AllowedRows.Select(Pick).Where(number => number != None);

    public IEnumerable<int> Fatal => FatalRows.Select(Pick).Where(number => number != None);

    public int Seccomp => isArm ? 277 : 317;

    public int Clone => isArm ? 220 : 56;

    public int Clone3 => 435;

    public int OpenAt => isArm ? 56 : 257;

    public int Prctl => isArm ? 167 : 157;

    public int Tgkill => isArm ? 131 : 234;

    public int Prlimit => isArm ? 261 : 302;

    public int Socket => isArm ? 198 : 41;

    public int Mmap => isArm ? 222 : 9;

    public int Mprotect => isArm ? 226 : 10;

    /// <summary>Those of an architecture; null for one that no filter is made for.</summary>
    public static SystemCallNumbers? Of(Architecture architecture) => architecture switch
    {
        Architecture.X64 => new SystemCallNumbers(isArm: false),
        Architecture.Arm64 => new SystemCallNumbers(isArm: true),
        _ => null,
    };

    private int Pick(Row row) => isArm ? row.Arm64 : row.X64;

    private readonly record struct Row(string Name, int X64, int Arm64);
}
