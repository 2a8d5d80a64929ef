namespace Nacre.Tools.SshKeygen;

/// <summary>What a mode of ssh-keygen works with: what it was told, the person, and where it reads and writes.</summary>
internal sealed record KeygenTask(KeygenSettings Settings, Answers Answers, KeyFiles Files, TextWriter Output, TextWriter Error);
