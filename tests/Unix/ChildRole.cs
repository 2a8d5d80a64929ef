using System.Runtime.CompilerServices;
using Nacre.Tests.Sftp.Local;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>Runs a few lines of ours in a process of their own: what drops its ids or leads a session cannot do so in the test process.</summary>
/// <remarks>The test executable starts itself, and the role that the environment names runs before any test framework does.</remarks>
internal static class ChildRole
{
    private const string Variable = "NACRE_TEST_ROLE";

    // Here and not in the test classes, so that no test framework is loaded for a role.
    private static readonly Dictionary<string, Func<int>> Roles = new()
    {
        ["read-passphrase"] = ChildRoles.ReadPassphrase,
        ["raw"] = ChildRoles.StayRaw,
        ["pump"] = ChildRoles.Pump,
        ["launch"] = ChildRoles.Launch,
        ["drop"] = ChildRoles.Drop,
        ["drop-badly"] = ChildRoles.DropBadly,
        ["daemon"] = ChildRoles.BecomeDaemon,
        ["traits"] = ChildRoles.ShowTraits,
        ["confine"] = ChildRoles.Confine,
        ["without-call"] = WithoutCallRole.Run,
    };

    /// <summary>What starts the test executable in a role.</summary>
    public static ProgramStart Start(string role, ProgramStart form, params string[] arguments)
    {
        string executable = Path.Join(AppContext.BaseDirectory, "Nacre.Tests");
        var argv = new CStrings { executable };
        foreach (string argument in arguments)
            argv.Add(argument);
        CStrings environment = form.Environment ?? CStrings.OwnEnvironment();
        environment.Set(Variable, role);
        environment.Set("DOTNET_TieredPGO", "0");
        return new ProgramStart
        {
            Path = executable,
            Arguments = argv,
            Environment = environment,
            Input = form.Input,
            Output = form.Output,
            Error = form.Error,
            Extra = form.Extra,
            ControllingTerminal = form.ControllingTerminal,
            LeadsSession = form.LeadsSession,
            LeadsGroup = form.LeadsGroup,
            WorkingDirectory = form.WorkingDirectory,
        };
    }

    /// <summary>Starts the test executable in a role and reads what it writes.</summary>
    public static async Task<(ChildExit Exit, string Output)> RunAsync(string role, params string[] arguments)
    {
        (var reading, var writing) = Descriptors.CreatePipe();
        ChildProcess child;
        using (writing)
        {
            var form = new ProgramStart { Path = "", Arguments = [], Output = writing, Error = writing };
            child = Spawn.Start(Start(role, form, arguments));
        }
        await using var stream = new DescriptorStream(reading);
        string output = await new StreamReader(stream).ReadToEndAsync();
        return (await child.Exited, output);
    }

#pragma warning disable CA2255 // It runs before Main, which is what it is for.
    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        string? role = Environment.GetEnvironmentVariable(Variable);
        if (role is not null)
            Environment.Exit(Roles[role]());
    }
#pragma warning restore CA2255
}
