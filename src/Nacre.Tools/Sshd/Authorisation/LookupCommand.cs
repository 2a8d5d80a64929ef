using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Nacre.Config;
using Nacre.Config.Files;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>A program of the configuration that prints keys or principals of a user (AuthorizedKeysCommand, AuthorizedPrincipalsCommand).</summary>
/// <remarks>
/// It runs as the user that the configuration names, with an environment of its own and nothing else of the server's. Whatever is wrong,
/// with the program, its path or its end, means that it has printed nothing.
/// </remarks>
/// <param name="keyword">The keyword that names it.</param>
/// <param name="command">The program and its arguments.</param>
/// <param name="runsAs">The user that it runs as, which may be %u; null where the configuration names nobody.</param>
/// <param name="log">Hears what is wrong.</param>
internal sealed class LookupCommand(Keyword<string> keyword, string command, string? runsAs, SshdLog log)
{
    /// <summary>What prints more is ended.</summary>
    private const int MaxOutput = 16 * 1024 * 1024;

    private const int ReadBytes = 64 * 1024;
    private const string SearchPath = "/usr/bin:/bin:/usr/sbin:/sbin";

    /// <summary>Why the server must not start with a configuration; null where it may.</summary>
    public static string? FaultIn(ServerConfig config)
    {
        if (config.AuthorizedKeysCommand is not null && config.AuthorizedKeysCommandUser is null) return "AuthorizedKeysCommand set without AuthorizedKeysCommandUser";
        return config.AuthorizedPrincipalsCommand is not null && config.AuthorizedPrincipalsCommandUser is null ? "AuthorizedPrincipalsCommand set without AuthorizedPrincipalsCommandUser" : null;
    }

    /// <summary>What it prints for a user; null where it could not be run or failed.</summary>
    /// <param name="user">Who wants to log in.</param>
    /// <param name="tokens">What the tokens of its arguments stand for.</param>
    /// <param name="ct">The end of the attempt, which ends the program.</param>
    public async ValueTask<AuthorizedKeysFile?> RunAsync(UserAccount user, IReadOnlyDictionary<char, string> tokens, CancellationToken ct)
    {
        if (FindRunner(user) is not { } runner || ReadArguments(user, tokens) is not { } arguments || !IsSafe(arguments[0])) return null;
        try
        {
            byte[]? output = await RunAsync(runner, arguments, ct).ConfigureAwait(false);
            return output is null ? null : new AuthorizedKeysFile("(command)", output);
        }
        catch (UnixException error)
        {
            log.Error($"{keyword.Name} {Printable.Escape(arguments[0])} could not be run: {error.Message}");
            return null;
        }
    }

    private UserAccount? FindRunner(UserAccount user)
    {
        if (runsAs is null)
        {
            log.Error($"No user for {keyword.Name} specified, skipping");
            return null;
        }

        string name = runsAs.Replace("%u", user.Name, StringComparison.Ordinal);
        UserAccount? runner = Users.Find(name);
        bool canBecome = Users.IsRoot || runner?.Uid == Users.CurrentUid;
        if (runner is null) log.Error($"{keyword.Name}User \"{Printable.Escape(name)}\" not found: no such user");
        else if (!canBecome) log.Error($"{keyword.Name}User \"{Printable.Escape(name)}\" is another user than this server's, which is not root and cannot become them");
        return canBecome ? runner : null;
    }

    private string[]? ReadArguments(UserAccount user, IReadOnlyDictionary<char, string> tokens)
    {
        if (!ConfigLine.TrySplitWords(command, out List<string> words) || words.Count == 0)
        {
            log.Error($"{keyword.Name} \"{Printable.Escape(command)}\" contains invalid quotes");
            return null;
        }

        var expander = new TokenExpander(new LocalIdentity { UserName = user.Name, HomeDirectory = user.Home, UserId = user.Uid, HostName = "" }, tokens);
        var arguments = new List<string>();
        foreach (string word in words)
        {
            if (!expander.TryExpand(word, keyword.Tokens!, out string argument, out string fault))
            {
                log.Error($"{keyword.Name} \"{Printable.Escape(word)}\": {fault}");
                return null;
            }

            arguments.Add(argument);
        }

        // sshd_config(5): "If no arguments are specified then the username of the target user is used."
        if (arguments.Count == 1) arguments.Add(user.Name);
        return [.. arguments];
    }

    // It decides who may log in: so nobody but root may be able to put another program in its place.
    private bool IsSafe(string program)
    {
        string? fault;
        if (!program.StartsWith('/')) fault = "path is not absolute";
        else if (!FileStatus.TryOfPath(program, out FileStatus status)) fault = "no such file";
        else fault = FileSafety.FindUnsafePath(program, status, home: "/", uid: 0);
        if (fault is not null) log.Error($"Unsafe {keyword.Name} \"{Printable.Escape(program)}\": {Printable.Escape(fault)}");
        return fault is null;
    }

    private async ValueTask<byte[]?> RunAsync(UserAccount runner, string[] arguments, CancellationToken ct)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        await using var output = new DescriptorStream(reading);
        ChildProcess child;
        using (writing) child = Start(runner, arguments, writing);
        await using CancellationTokenRegistration ending = ct.UnsafeRegister(static state => ((ChildProcess)state!).Signal(UnixSignal.KILL), child);
        byte[]? printed = await ReadAsync(output, ct).ConfigureAwait(false);
        if (printed is null) child.Signal(UnixSignal.KILL);
        ChildExit exit = await child.Exited.ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        if (printed is null) log.Error($"{keyword.Name} {Printable.Escape(arguments[0])} printed more than {MaxOutput} bytes");
        else if (exit.IsBySignal) log.Error($"{keyword.Name} {Printable.Escape(arguments[0])} exited on signal {exit.Signal}");
        else if (exit.Status != 0) log.Error($"{keyword.Name} {Printable.Escape(arguments[0])} failed, status {exit.Status}");
        return exit is { IsBySignal: false, Status: 0 } ? printed : null;
    }

    private static async ValueTask<byte[]?> ReadAsync(DescriptorStream output, CancellationToken ct)
    {
        var printed = new ArrayBufferWriter<byte>();
        while (true)
        {
            // Its end is not enough: what it has started may keep the pipe open.
            int length = await output.ReadAsync(printed.GetMemory(ReadBytes), ct).ConfigureAwait(false);
            if (length == 0) return printed.WrittenSpan.ToArray();
            printed.Advance(length);
            if (printed.WrittenCount > MaxOutput) return null;
        }
    }

    private static ChildProcess Start(UserAccount runner, string[] arguments, SafeFileHandle output)
    {
        string program = arguments[0];
        CStrings argv = [];
        foreach (string argument in arguments) argv.Add(argument);
        var environment = new CStrings();
        environment.Set("PATH", SearchPath);
        environment.Set("USER", runner.Name);
        environment.Set("LOGNAME", runner.Name);
        environment.Set("HOME", runner.Home);
        if (Environment.GetEnvironmentVariable("LANG") is { } language) environment.Set("LANG", language);
        if (runner.Uid != Users.CurrentUid)
        {
            var plan = new LaunchPlan
            {
                Program = program,
                Arguments = argv,
                Uid = runner.Uid,
                Gid = runner.Gid,
                User = runner.Name,
                Directory = "/",
                OpenFiles = OpenFileLimit.Inherited,
                HasVeiledEnvironment = true,
            };
            (program, argv, environment) = (ProgramStart.OwnExecutable, plan.ToArguments(ProgramStart.OwnExecutable), LaunchPlan.Veil(environment));
        }

        return Spawn.Start(new ProgramStart { Path = program, Arguments = argv, Environment = environment, Output = output, LeadsSession = true });
    }
}
