using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Tests.Sftp.Local;

/// <summary>A process in which the kernel answers one system call with an error, as an old kernel or a filter does.</summary>
internal static unsafe class WithoutCallRole
{
    private const int PR_SET_SECCOMP = 22, SECCOMP_MODE_FILTER = 2;
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, Return = 0x06;
    private const uint ReturnErrno = 0x50000, ReturnAllow = 0x7fff0000;

    /// <summary>Forbids the call of the first argument by the error of the second, and sets a mode below the root of the third.</summary>
    public static int Run()
    {
        string[] arguments = Environment.GetCommandLineArgs();
        Forbid(uint.Parse(arguments[1], CultureInfo.InvariantCulture), uint.Parse(arguments[2], CultureInfo.InvariantCulture));
        try
        {
            var files = new LocalFileSystem("/", new LocalFileSystemOptions { Root = arguments[3] });
            files.SetAttributesAsync("file", new SftpAttributes { Permissions = 0x100 }, followsLinks: true, default).AsTask().GetAwaiter().GetResult();
            Say($"mode {Convert.ToString((files.StatAsync("file", true, default).AsTask().Result.Permissions ?? 0) & 0xfff, 8)}");
        }
        catch (PlatformNotSupportedException error)
        {
            Say(error.Message);
        }

        return 0;
    }

    private static void Forbid(uint call, uint errno)
    {
        Prctl.SetNoNewPrivileges();
        Filter* program = stackalloc Filter[4];
        program[0] = new Filter { Code = LoadWord };
        program[1] = new Filter { Code = JumpIfEqual, IfNot = 1, Value = call };
        program[2] = new Filter { Code = Return, Value = ReturnErrno | errno };
        program[3] = new Filter { Code = Return, Value = ReturnAllow };
        var described = new FilterProgram { Length = 4, Filters = program };
        Libc.Check(Libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (nint)(&described), 0, 0), "filter system calls");
    }

    private static void Say(string text)
    {
        using InheritedStream output = InheritedStream.OpenOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Code;
        public byte If, IfNot;
        public uint Value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public Filter* Filters;
    }
}
