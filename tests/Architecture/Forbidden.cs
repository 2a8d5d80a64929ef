namespace Nacre.Tests.Architecture;

/// <summary>Which parts of the base library which floors may not name.</summary>
internal static class Forbidden
{
    private static readonly HashSet<string> FileTypes =
    [
        "File", "FileInfo", "Directory", "DirectoryInfo", "FileStream", "FileSystemInfo", "FileSystemWatcher", "RandomAccess", "DriveInfo",
        "StreamReader", "StreamWriter", "Path",
    ];

    /// <summary>What System.Threading has for waiting less than a thread: cancellation, and the guards of shared memory.</summary>
    private static readonly HashSet<string> QuietThreadingTypes =
        ["CancellationToken", "CancellationTokenRegistration", "CancellationTokenSource", "Interlocked", "Volatile", "Monitor", "Lock", "Lock+Scope"];

    public static bool IsSocket(Naming naming) =>
        naming.ToNamespace is "System.Net.Sockets" or "System.Net.Http" or "System.Net.Security" or "System.Net.NetworkInformation"
        || naming.To is "System.Net.Dns";

    public static bool IsConsole(Naming naming) => naming.ToNamespace == "System" && naming.ToType.Split('+')[0] is "Console";

    public static bool IsProcess(Naming naming) =>
        naming.ToNamespace == "System.Diagnostics" && naming.ToType.StartsWith("Process", StringComparison.Ordinal);

    public static bool IsFile(Naming naming) =>
        (naming.ToNamespace == "System.IO" && FileTypes.Contains(naming.ToType))
        || naming.ToNamespace is "System.IO.Pipes" or "System.IO.Enumeration" or "System.IO.MemoryMappedFiles"
        || naming.To is "Microsoft.Win32.SafeHandles.SafeFileHandle";

    public static bool IsClock(Naming naming) => naming.To switch
    {
        "System.DateTime" or "System.DateTimeOffset" => naming.Member is "get_Now" or "get_UtcNow" or "get_Today",
        "System.Environment" => naming.Member is "get_TickCount" or "get_TickCount64",
        "System.TimeProvider" or "System.Diagnostics.Stopwatch" => true,
        _ => false,
    };

    public static bool IsTimer(Naming naming) => naming.To switch
    {
        "System.Threading.Timer" or "System.Threading.PeriodicTimer" => true,
        "System.Threading.Tasks.Task" => naming.Member is "Delay",
        // A token source that is made with a time, or given one later, has a timer.
        "System.Threading.CancellationTokenSource" => naming.Member is "CancelAfter" || naming is { Member: ".ctor", Parameters: > 0 },
        _ => naming.ToNamespace == "System.Timers",
    };

    public static bool IsThread(Naming naming) => naming.ToNamespace switch
    {
        "System.Threading" => !QuietThreadingTypes.Contains(naming.ToType),
        "System.Threading.Tasks" => naming.ToType is "Parallel" or "TaskFactory" or "TaskScheduler" || naming is { ToType: "Task", Member: "Run" or "Wait" },
        _ => false,
    };

    /// <summary>System.Environment, but for the thread id that the compiler asks for in iterators.</summary>
    public static bool IsEnvironment(Naming naming) =>
        naming is { To: "System.Environment", Member: not (null or "get_CurrentManagedThreadId") };

    public static bool IsDynamicLibrary(Naming naming) => naming.To is "System.Runtime.InteropServices.NativeLibrary";

    /// <summary>System.Random: its numbers can be foretold.</summary>
    public static bool IsPredictableRandom(Naming naming) => naming.To is "System.Random";

    /// <summary>Serializers that make the types which the data names.</summary>
    public static bool IsTypeNamingSerializer(Naming naming) =>
        naming.ToNamespace == "System.Xml.Serialization"
        || (naming.ToNamespace.StartsWith("System.Runtime.Serialization", StringComparison.Ordinal)
            && (naming.ToType.EndsWith("Serializer", StringComparison.Ordinal) || naming.ToType.EndsWith("Formatter", StringComparison.Ordinal)));

    /// <summary>System.Numerics.BigInteger: its time depends on its secrets.</summary>
    public static bool IsBigInteger(Naming naming) => naming.To is "System.Numerics.BigInteger";

    /// <summary>Decryption by RSA: whoever can tell its failures apart reads what was encrypted (Bleichenbacher, Marvin). SSH has no need of it.</summary>
    public static bool IsRsaDecryption(Naming naming) => naming is { To: "System.Security.Cryptography.RSA", Member: "Decrypt" or "TryDecrypt" or "DecryptValue" };

    /// <summary>Path.Combine: a rooted second part throws the first away. Path.Join does not.</summary>
    public static bool IsPathCombine(Naming naming) => naming is { To: "System.IO.Path", Member: "Combine" };
}
