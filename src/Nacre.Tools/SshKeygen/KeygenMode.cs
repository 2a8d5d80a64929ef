namespace Nacre.Tools.SshKeygen;

/// <summary>One thing that ssh-keygen does: the flag that asks for it, and what then runs and returns the exit status.</summary>
/// <param name="Letter">The flag; the one mode without a flag is what runs where none is asked for.</param>
/// <param name="Run">Does it.</param>
internal sealed record KeygenMode(char Letter, Func<KeygenTask, int> Run)
{
    public static readonly KeygenMode Generate = new('\0', task => NewGeneration(task).Make());

    /// <summary>All others. Where several are given, the first of them here is done and the others are what it makes of them; the order is OpenSSH's.</summary>
    public static IReadOnlyList<KeygenMode> All { get; } =
    [
        new('Y', task => new SignatureOperation(task).RunAsync().GetAwaiter().GetResult()) { TakesFiles = true },
        new('k', task => new KeyRevocation(task.Settings, task.Answers, task.Output).Make()) { TakesFiles = true },
        new('Q', task => new KeyRevocation(task.Settings, task.Answers, task.Output).Query()) { TakesFiles = true },
        new('s', task => new CertificateSigning(task).RunAsync().GetAwaiter().GetResult()) { TakesFiles = true },
        new('L', task => new CertificateListing(task.Settings, task.Answers, task.Output, task.Error).Run()),
        new('F', task => new KnownHostsEditing(task).Find()),
        new('R', task => new KnownHostsEditing(task).Remove()),
        new('H', task => new KnownHostsEditing(task).Hide()),
        new('D', task => new KeygenTokens(task).RunAsync().GetAwaiter().GetResult()),
        new('B', ShowFingerprints),
        new('l', ShowFingerprints),
        new('p', task => Changing(task).ChangePassphrase()),
        new('c', task => Changing(task).ChangeComment()),
        new('e', task => new KeyConversion(task).Export()),
        new('i', task => new KeyConversion(task).Import()),
        new('y', task => Changing(task).PrintPublic()),
        new('r', task => new SshfpPrinting(task).Run()),
        new('M', task => task.Settings.Moduli == "generate" ? new ModuliGeneration(task).Run() : new ModuliScreening(task).Run()) { TakesFiles = true },
        new('A', task => NewGeneration(task).MakeHostKeys(task.Error)),
        new('K', task => new ResidentKeyDownload(task.Settings, task.Answers, task.Output, task.Error, task.Settings.SecurityKeys).Run()),
    ];

    /// <summary>True where words may follow the flags.</summary>
    public bool TakesFiles { get; init; }

    private static KeyGeneration NewGeneration(KeygenTask task) => new(task.Settings, task.Answers, task.Output, task.Settings.SecurityKeys);

    private static int ShowFingerprints(KeygenTask task) => new KeyListing(task.Settings, task.Answers, task.Files, task.Output, task.Error).Run();

    private static KeyChange Changing(KeygenTask task) => new(task.Settings, task.Answers, task.Files, task.Output);
}
