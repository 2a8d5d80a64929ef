using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>Bounds, for good and in every thread, which system calls this process may make (seccomp): those of a program that only talks on what it holds already.</summary>
/// <remarks>
/// What a runtime tries and can do without fails with EPERM; what only an intruder would try ends the process. Files may be opened for
/// reading only, since the runtime opens some late: a process that has nothing below its root finds none.
/// </remarks>
internal static unsafe class SystemCallFilter
{
    private const int SECCOMP_SET_MODE_FILTER = 1;
    private const int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private const uint RET_KILL_PROCESS = 0x80000000;
    private const uint RET_ERRNO = 0x00050000;
    private const uint RET_ALLOW = 0x7fff0000;

    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAnyBit = 0x45;
    private const ushort Return = 0x06;

    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;
    private const uint ForeignAbi = 0x40000000; // x32: other calls under the same architecture

    /// <summary>What keeps an open from writing: O_ACCMODE, O_CREAT, O_TRUNC.</summary>
    private const uint OpensForWriting = 0x3 | 0x40 | 0x200;

    private const uint CLONE_THREAD = 0x10000;
    private const uint PROT_EXEC = 4;
    private const uint PR_SET_NAME = 15;
    private const uint AF_UNIX = 1;

    /// <summary>Confines this process; false where the kernel or the architecture has no such filter.</summary>
    /// <param name="allowsNewCode">True where code is still compiled or loaded: memory may become executable.</param>
    /// <exception cref="UnixException">There are filters here, and this one was refused.</exception>
    public static bool TryConfine(bool allowsNewCode)
    {
        if (SystemCallNumbers.Of(RuntimeInformation.ProcessArchitecture) is not { } numbers) return false;
        Instruction[] program = Compile(numbers, allowsNewCode, (uint)Environment.ProcessId);
        fixed (Instruction* first = program)
        {
            var form = new FilterProgram { Length = (ushort)program.Length, Instructions = first };
            nint result = Libc.syscall(numbers.Seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, (nint)(&form), 0);
            if (result == 0) return true;
            Errno error = Libc.LastErrno;
            if (error is Errno.ENOSYS or Errno.EINVAL) return false;
            throw new UnixException(error, "confine the process to few system calls");
        }
    }

    private static Instruction[] Compile(SystemCallNumbers numbers, bool allowsNewCode, uint processId)
    {
        var program = new List<Instruction>
        {
            new(LoadWord, ArchitectureOffset),
            new(JumpIfEqual, numbers.AuditArchitecture) { IfTrue = 1 },
            new(Return, RET_KILL_PROCESS),
            new(LoadWord, NumberOffset),
            new(JumpIfAtLeast, ForeignAbi) { IfFalse = 1 },
            new(Return, RET_KILL_PROCESS),
        };
        foreach (int allowed in numbers.Allowed) Answer(program, allowed, RET_ALLOW);
        foreach (int fatal in numbers.Fatal) Answer(program, fatal, RET_KILL_PROCESS);

        // The C library then falls back to clone, whose flags a filter can see.
        Answer(program, numbers.Clone3, RET_ERRNO | (uint)Errno.ENOSYS);
        Test(program, numbers.Clone, 0, JumpIfAnyBit, CLONE_THREAD, RET_ALLOW, RET_KILL_PROCESS);
        Test(program, numbers.OpenAt, 2, JumpIfAnyBit, OpensForWriting, RET_ERRNO | (uint)Errno.EACCES, RET_ALLOW);
        Test(program, numbers.Prctl, 0, JumpIfEqual, PR_SET_NAME, RET_ALLOW, RET_ERRNO | (uint)Errno.EPERM);
        Test(program, numbers.Tgkill, 0, JumpIfEqual, processId, RET_ALLOW, RET_KILL_PROCESS);
        Test(program, numbers.Prlimit, 2, JumpIfEqual, 0, RET_ALLOW, RET_ERRNO | (uint)Errno.EPERM);

        // The runtime asks by opening one which families of addresses there are.
        Test(program, numbers.Socket, 0, JumpIfEqual, AF_UNIX, RET_ERRNO | (uint)Errno.EPERM, RET_ERRNO | (uint)Errno.EAFNOSUPPORT);
        uint executable = allowsNewCode ? RET_ALLOW : RET_ERRNO | (uint)Errno.EPERM;
        Test(program, numbers.Mmap, 2, JumpIfAnyBit, PROT_EXEC, executable, RET_ALLOW);
        Test(program, numbers.Mprotect, 2, JumpIfAnyBit, PROT_EXEC, executable, RET_ALLOW);
        program.Add(new(Return, RET_ERRNO | (uint)Errno.EPERM));
        return [.. program];
    }

    private static void Answer(List<Instruction> program, int number, uint answer)
    {
        program.Add(new(JumpIfEqual, (uint)number) { IfFalse = 1 });
        program.Add(new(Return, answer));
    }

    // The lower half of an argument decides: each of these is an int or flags of 32 bits, or a pointer that is null or not a multiple of 4 GiB.
    private static void Test(List<Instruction> program, int number, uint argument, ushort jump, uint value, uint ifTrue, uint ifFalse)
    {
        program.Add(new(JumpIfEqual, (uint)number) { IfFalse = 4 });
        program.Add(new(LoadWord, FirstArgumentOffset + (argument * sizeof(ulong))));
        program.Add(new(jump, value) { IfFalse = 1 });
        program.Add(new(Return, ifTrue));
        program.Add(new(Return, ifFalse));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value)
    {
        public Instruction(ushort code, uint value)
            : this(code, 0, 0, value)
        {
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
