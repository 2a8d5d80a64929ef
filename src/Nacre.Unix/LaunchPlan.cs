using System.Globalization;
using System.Text;

namespace Nacre.Unix;

/// <summary>What the launcher is to do before it becomes a program; one table writes it as arguments and reads it back.</summary>
/// <remarks>
/// The form is <c>EXECUTABLE launch [LETTER=VALUE]... -- PROGRAM ARGV0 [ARGUMENT]...</c>. It is no interface for people: both ends
/// are the same executable.
/// </remarks>
internal sealed class LaunchPlan
{
    /// <summary>The first argument, by which the executable knows that it is to launch.</summary>
    public const string Verb = "launch";

    private const string End = "--";
    private const byte VeilMark = (byte)'+';

    private static readonly Field[] Fields =
    [
        new('u', plan => Number(plan.Uid), (plan, value) => plan.Uid = Number32(value)),
        new('g', plan => Number(plan.Gid), (plan, value) => plan.Gid = Number32(value)),
        new('n', plan => plan.User, (plan, value) => plan.User = value),
        new('k', plan => plan.KeepsGroups ? "1" : null, (plan, _) => plan.KeepsGroups = true),
        new('r', plan => plan.Root, (plan, value) => plan.Root = value),
        new('d', plan => plan.Directory, (plan, value) => plan.Directory = value),
        new('f', plan => plan.FallbackDirectory, (plan, value) => plan.FallbackDirectory = value),
        new('l', plan => Number(plan.OpenFiles), (plan, value) => plan.OpenFiles = ulong.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)),
        new('m', plan => Number(plan.FileModeMask), (plan, value) => plan.FileModeMask = Number32(value)),
        new('p', plan => plan.GainsNoPrivileges ? "1" : null, (plan, _) => plan.GainsNoPrivileges = true),
        new('e', plan => plan.HasVeiledEnvironment ? "1" : null, (plan, _) => plan.HasVeiledEnvironment = true),
        new('s', plan => plan.StaysItself ? "1" : null, (plan, _) => plan.StaysItself = true),
        new('t', plan => plan.TakesTerminal ? "1" : null, (plan, _) => plan.TakesTerminal = true),
    ];

    /// <summary>The program that the launcher becomes.</summary>
    public required string Program { get; set; }

    /// <summary>Its arguments, from argv[0] on.</summary>
    public required CStrings Arguments { get; set; }

    /// <summary>The user to become; null keeps the ids. <see cref="Gid"/> goes with it.</summary>
    public uint? Uid { get; set; }

    public uint? Gid { get; set; }

    /// <summary>The name whose supplementary groups are taken on; null takes the primary group alone.</summary>
    public string? User { get; set; }

    /// <summary>The supplementary groups stay what they are, as modules of PAM have set them.</summary>
    public bool KeepsGroups { get; set; }

    /// <summary>The directory that becomes the root directory before the ids are dropped.</summary>
    public string? Root { get; set; }

    /// <summary>Where the program starts, entered as the user and within <see cref="Root"/>.</summary>
    public string? Directory { get; set; }

    /// <summary>Where it starts when that cannot be entered; null ends the launch instead.</summary>
    public string? FallbackDirectory { get; set; }

    /// <summary>The soft limit of open files.</summary>
    public ulong? OpenFiles { get; set; }

    /// <summary>The umask.</summary>
    public uint? FileModeMask { get; set; }

    /// <summary>Set-user-id programs gain nothing (no_new_privs).</summary>
    public bool GainsNoPrivileges { get; set; }

    /// <summary>Standard input is a terminal that becomes the controlling terminal of the session that the launcher leads.</summary>
    public bool TakesTerminal { get; set; }

    /// <summary>The program is this executable itself, which goes on in place of executing anything: within another root there is no such file.</summary>
    public bool StaysItself { get; set; }

    /// <summary>The program's environment is that of the launcher, which <see cref="Veil"/> made.</summary>
    public bool HasVeiledEnvironment { get; set; }

    /// <summary>
    /// An environment in a form that means nothing to whoever has it: the launcher, which may still be root, must not obey a variable
    /// such as LD_PRELOAD that a user chose. It takes the veil off for the program.
    /// </summary>
    public static CStrings Veil(CStrings environment)
    {
        CStrings veiled = [];
        for (int i = 0; i < environment.Count; i++)
            veiled.Add([VeilMark, .. environment[i]]);
        return veiled;
    }

    /// <summary>Takes the veil off; what had none is left out.</summary>
    public static CStrings Unveil(CStrings veiled)
    {
        CStrings environment = [];
        for (int i = 0; i < veiled.Count; i++)
        {
            if (veiled[i].Length > 0 && veiled[i][0] == VeilMark)
                environment.Add(veiled[i][1..]);
        }
        return environment;
    }

    /// <summary>The arguments that start <paramref name="executable"/> as a launcher.</summary>
    public CStrings ToArguments(string executable)
    {
        var arguments = new CStrings { executable, Verb };
        foreach (Field field in Fields)
        {
            if (field.Write(this) is { } value)
                arguments.Add($"{field.Letter}={value}");
        }
        arguments.Add(End);
        arguments.Add(Program);
        for (int i = 0; i < Arguments.Count; i++)
            arguments.Add(Arguments[i]);
        return arguments;
    }

    /// <summary>Reads what <see cref="ToArguments"/> wrote, from after the verb on.</summary>
    /// <exception cref="FormatException">It was not written by this version of the executable.</exception>
    public static LaunchPlan Parse(CStrings arguments)
    {
        var plan = new LaunchPlan { Program = "", Arguments = [] };
        int next = 0;
        for (; next < arguments.Count && !arguments[next].SequenceEqual("--"u8); next++)
            plan.Read(Encoding.UTF8.GetString(arguments[next]));
        if (arguments.Count - next < 3)
            throw new FormatException("The launcher was given no program.");

        plan.Program = Encoding.UTF8.GetString(arguments[next + 1]);
        for (int i = next + 2; i < arguments.Count; i++)
            plan.Arguments.Add(arguments[i]);
        if (plan.Uid is null != plan.Gid is null)
            throw new FormatException("The launcher was given one of uid and gid without the other.");
        return plan;
    }

    private static string? Number(ulong? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static uint Number32(string value) => uint.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private void Read(string argument)
    {
        foreach (Field field in Fields)
        {
            if (argument.Length > 1 && argument[0] == field.Letter && argument[1] == '=')
            {
                field.Read(this, argument[2..]);
                return;
            }
        }
        throw new FormatException($"The launcher does not know the argument '{argument}'.");
    }

    private readonly record struct Field(char Letter, Func<LaunchPlan, string?> Write, Action<LaunchPlan, string> Read);
}
