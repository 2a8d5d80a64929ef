using System.Text;

namespace Nacre.Unix;

/// <summary>The child's side of a <see cref="LaunchPlan"/>: becomes another user, and then another program.</summary>
/// <remarks>
/// posix_spawn can neither change ids nor the root directory, and forking a managed process is not possible. So our own executable
/// is spawned, does in managed code what others do between fork and exec, and calls execve.
/// </remarks>
internal static unsafe class Launcher
{
    /// <summary>OpenSSH's status for an error of its own.</summary>
    private const int SetupFailed = 255;

    private const int ExecuteFailed = 1;

    /// <summary>Carries out the plan in the arguments of this process; returns only when that failed, with the exit status.</summary>
    /// <param name="argumentCount">How many arguments follow the verb.</param>
    /// <param name="goOn">Goes on as another tool of this executable, with its arguments after argv[0], where the plan says so.</param>
    public static int Run(int argumentCount, Func<string[], int> goOn)
    {
        LaunchPlan plan;
        try
        {
            plan = LaunchPlan.Parse(CStrings.OwnArguments(argumentCount) ?? throw new FormatException("The launcher was not started by its own executable."));
            Prepare(plan);
        }
        catch (Exception failure) when (failure is UnixException or FormatException or OverflowException)
        {
            Say($"launch: {failure.Message}");
            return SetupFailed;
        }

        if (plan.StaysItself)
        {
            ShowEnvironment(plan);
            return goOn([.. plan.Arguments.Skip(1)]);
        }

        Execute(plan);
        Say(UnixException.FromLast(plan.Program).Message);
        return ExecuteFailed;
    }

    private static void Prepare(LaunchPlan plan)
    {
        if (plan.OpenFiles is { } limit)
            OpenFileLimit.SetSoft(limit);
        if (plan.FileModeMask is { } mask)
            Libc.umask(mask);

        // The groups are looked up before the root directory, and with it the group database, is another.
        uint[] groups = GroupsFor(plan);
        if (plan.Root is { } root)
        {
            if (plan.StaysItself)
                TakeAlong(plan);
            Privileges.ChangeRoot(root);
        }
        if (plan.Uid is { } uid && plan.Gid is { } gid)
            Privileges.DropForGood(uid, gid, groups);

        // As the user: root might take one that is not the user's to take.
        if (plan.TakesTerminal)
            Libc.Check(Libc.ioctl(0, Libc.TIOCSCTTY, null), "take the terminal");
        EnterDirectory(plan);
        if (plan.GainsNoPrivileges)
            Prctl.SetNoNewPrivileges();
    }

    // What is the machine's and not within: the zone of its times, and its log.
    private static void TakeAlong(LaunchPlan plan)
    {
        _ = TimeZoneInfo.Local;
        SystemLog.Open(plan.Program, SystemLog.Facility.Auth);
    }

    private static uint[] GroupsFor(LaunchPlan plan)
    {
        uint gid = plan.Gid ?? Users.CurrentGid;
        if (plan.KeepsGroups)
            return Users.CurrentGroups;
        return plan.User is { } user ? Users.GroupsOf(user, gid) : [gid];
    }

    private static void EnterDirectory(LaunchPlan plan)
    {
        if (plan.Directory is not { } directory || Libc.chdir(directory) == 0)
            return;
        UnixException failure = UnixException.FromLast($"Could not chdir to home directory {directory}");
        if (plan.FallbackDirectory is not { } fallback)
            throw failure;

        // Within another root a home is not to be expected.
        if (plan.Root is null)
            Say(failure.Message);
        Libc.Check(Libc.chdir(fallback), $"chdir {fallback}");
    }

    private static void Execute(LaunchPlan plan)
    {
        using CStrings.NativeCopy program = new CStrings { plan.Program }.ToNative();
        using CStrings.NativeCopy arguments = plan.Arguments.ToNative();
        CStrings own = CStrings.OwnEnvironment();
        using CStrings.NativeCopy environment = (plan.HasVeiledEnvironment ? LaunchPlan.Unveil(own) : own).ToNative();
        SignalDispositions.UnblockAll();
        SignalDispositions.UnignoreAll();
        _ = Libc.execve(*program.Pointers, arguments.Pointers, environment.Pointers);
    }

    /// <summary>Managed code has its own copy of the environment, which stays veiled otherwise.</summary>
    private static void ShowEnvironment(LaunchPlan plan)
    {
        if (!plan.HasVeiledEnvironment)
            return;
        foreach (string entry in LaunchPlan.Unveil(CStrings.OwnEnvironment()))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                Environment.SetEnvironmentVariable(entry[..equals], entry[(equals + 1)..]);
        }
    }

    private static void Say(string message)
    {
        byte[] line = Encoding.UTF8.GetBytes(message + "\n");
        fixed (byte* text = line)
            _ = Libc.write(2, text, (nuint)line.Length);
    }
}
