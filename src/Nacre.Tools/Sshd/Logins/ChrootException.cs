namespace Nacre.Tools.Sshd.Logins;

/// <summary>A user is to have a root directory of their own, and it cannot be: for the log, in OpenSSH's words.</summary>
internal sealed class ChrootException(string message) : Exception(message);
