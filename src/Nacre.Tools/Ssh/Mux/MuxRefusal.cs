namespace Nacre.Tools.Ssh.Mux;

/// <summary>A master declined what it was asked for, and said why.</summary>
/// <param name="reason">Its words, escaped.</param>
/// <param name="isDenied">True where a person at the master said no, false where it did not work.</param>
internal sealed class MuxRefusal(string reason, bool isDenied) : Exception(reason)
{
    public bool IsDenied => isDenied;
}
